-- a record whose operation is none that the format has
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/changes.ogg.ndjson', 'format' = 'debezium-json');
SELECT id FROM t;
