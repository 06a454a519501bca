-- the old values of an update are merged into its row
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.maxwell.ndjson', 'format' = 'maxwell-json');
SELECT * FROM t;
