-- several rows in a record, definitions skipped, databases chosen by a pattern
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.canal.ndjson', 'format' = 'canal-json',
  'canal-json.database.include' = 'shop_[0-9]+');
SELECT * FROM t;
