-- a batch job goes by the final rows of a change log
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT id, city FROM t ORDER BY id DESC;
