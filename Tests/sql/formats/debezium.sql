-- creates, reads, updates and deletes of a Debezium change log, its empty lines skipped
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT * FROM t;
