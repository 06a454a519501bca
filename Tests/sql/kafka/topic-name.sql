CREATE TABLE t (n INT) WITH ('connector' = 'kafka', 'topic' = 'a b/c', 'format' = 'csv');
INSERT INTO t VALUES (1);
