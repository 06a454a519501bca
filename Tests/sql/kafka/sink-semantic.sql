-- the old name of an option is refused, and is no way to the new one by accident
CREATE TABLE t (n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'csv', 'sink.semantic' = 'exactly-once');
INSERT INTO t VALUES (1);
