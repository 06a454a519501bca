-- a log_format of one's own: the last variable goes up to the end of the line
CREATE TABLE t (msec TIMESTAMP_LTZ(3), host STRING, uri STRING, request_time DOUBLE, args STRING)
WITH ('connector' = 'filesystem', 'path' = 'data/custom.log', 'format' = 'nginx', 'nginx.log-format' = '$msec|$host|$uri|$request_time|$args|');
SELECT * FROM t;
