CREATE TABLE t (id INT, db STRING METADATA FROM 'value.source.database' VIRTUAL)
WITH ('connector' = 'filesystem', 'path' = 'data/facts.canal.ndjson', 'format' = 'canal-json');
