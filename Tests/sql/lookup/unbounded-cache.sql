CREATE TABLE t (k INT, p AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/x.csv', 'format' = 'csv');
CREATE TABLE d (k INT PRIMARY KEY NOT ENFORCED, v STRING) WITH ('lookup.cache' = 'PARTIAL');
CREATE TABLE s (k INT, v STRING);
INSERT INTO s SELECT t.k, d.v FROM t JOIN d FOR SYSTEM_TIME AS OF t.p ON d.k = t.k;
