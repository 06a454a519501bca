-- TIMESTAMP takes the clock of the log as it stands; words of the request are columns
CREATE TABLE t (time_local TIMESTAMP(0), server_protocol STRING, request STRING)
WITH ('connector' = 'filesystem', 'path' = 'data/access.log', 'format' = 'nginx');
SELECT * FROM t;
