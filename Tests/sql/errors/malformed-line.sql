-- a bounded source fails on a bad line, naming the file
CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'data/broken.ndjson', 'format' = 'json');
SELECT a FROM t;
