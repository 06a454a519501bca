-- both rows of a record have its facts, and both images of an update
CREATE TABLE t (
  id INT, city STRING,
  db STRING METADATA FROM 'value.database' VIRTUAL,
  tab VARCHAR(3) METADATA FROM 'value.table' VIRTUAL,
  types MAP<STRING, INT> METADATA FROM 'value.sql-type' VIRTUAL,
  pk ARRAY<STRING> METADATA FROM 'value.pk-names' VIRTUAL,
  seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL,
  made TIMESTAMP_LTZ(3) METADATA FROM 'value.event-timestamp' VIRTUAL
) WITH ('connector' = 'filesystem', 'path' = 'data/facts.canal.ndjson', 'format' = 'canal-json');
SELECT * FROM t;
SELECT pk[1] AS first_key, types['city'] AS city_type, COUNT(*) AS n FROM t GROUP BY pk[1], types['city'];
CREATE TABLE m (
  `value.database` STRING METADATA VIRTUAL, city STRING,
  tab STRING METADATA FROM 'value.table' VIRTUAL,
  pk ARRAY<STRING> METADATA FROM 'value.primary-key-columns' VIRTUAL,
  seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL
) WITH ('connector' = 'filesystem', 'path' = 'data/facts.maxwell.ndjson', 'format' = 'maxwell-json');
SELECT * FROM m;
