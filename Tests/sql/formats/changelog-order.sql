-- a table that only takes new rows takes no change log
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.ogg.ndjson', 'format' = 'ogg-json');
SELECT id FROM t ORDER BY city;
