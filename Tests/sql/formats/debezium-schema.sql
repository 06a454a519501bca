-- the schema is sent along with each record
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.payload.ndjson', 'format' = 'debezium-json', 'debezium-json.schema-include' = 'true');
SELECT * FROM t;
