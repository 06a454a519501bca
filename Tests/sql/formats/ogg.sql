-- records of GoldenGate
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.ogg.ndjson', 'format' = 'ogg-json');
SELECT * FROM t;
