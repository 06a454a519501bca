-- the combined log of nginx, escapes and missing values among it
CREATE TABLE t (remote_addr STRING, remote_user STRING, time_local TIMESTAMP_LTZ(3), request_method STRING, request_uri STRING, status INT, body_bytes_sent BIGINT, http_referer STRING, http_user_agent STRING)
WITH ('connector' = 'filesystem', 'path' = 'data/access.log', 'format' = 'nginx');
SELECT * FROM t;
