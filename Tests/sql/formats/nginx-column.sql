-- a column that the log format has no variable for
CREATE TABLE t (remote_adr STRING) WITH ('connector' = 'filesystem', 'path' = 'data/access.log', 'format' = 'nginx');
SELECT * FROM t;
