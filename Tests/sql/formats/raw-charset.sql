-- lines of GBK
CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = 'data/gbk.txt', 'format' = 'raw', 'raw.charset' = 'GBK');
SELECT line, CHAR_LENGTH(line) FROM t;
