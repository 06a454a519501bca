-- the bytes of a number may be line ends: files of lines do not take them
CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'never-written', 'format' = 'raw');
INSERT INTO t VALUES (10);
