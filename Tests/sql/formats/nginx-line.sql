-- a line that is laid out otherwise
CREATE TABLE t (remote_addr STRING) WITH ('connector' = 'filesystem', 'path' = 'data/custom.log', 'format' = 'nginx');
SELECT * FROM t;
