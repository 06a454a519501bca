CREATE TABLE t (k INT, p AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/x.csv', 'format' = 'csv');
CREATE TABLE d (k INT PRIMARY KEY NOT ENFORCED, v STRING);
CREATE TABLE s (k INT, v STRING);
INSERT INTO s SELECT /*+ LOOKUP('table' = 'x', 'fixed-delay' = '1 s') */ t.k, x.v FROM t JOIN d FOR SYSTEM_TIME AS OF t.p AS x ON x.k = t.k;
