-- a bad record takes no facts of others: as many are left out here as an update has rows more
CREATE TABLE t (
  id INT, city STRING,
  tab STRING METADATA FROM 'value.source.table' VIRTUAL,
  seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL
) WITH ('connector' = 'filesystem', 'path' = 'data/facts-beside-bad.debezium.ndjson', 'format' = 'debezium-json',
  'on-error' = 'reject');
SELECT * FROM t;
