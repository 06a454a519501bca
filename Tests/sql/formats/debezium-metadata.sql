-- what records tell beside their rows: NULL where they do not, and where a time is out of range
CREATE TABLE t (
  id INT, city STRING,
  seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL,
  made TIMESTAMP(3) METADATA FROM 'value.source.timestamp' VIRTUAL,
  db STRING METADATA FROM 'value.source.database' VIRTUAL,
  sch STRING METADATA FROM 'value.source.schema' VIRTUAL,
  tab STRING METADATA FROM 'value.source.table' VIRTUAL,
  props MAP<STRING, STRING> METADATA FROM 'value.source.properties' VIRTUAL,
  file STRING METADATA FROM 'file.name' VIRTUAL,
  struct STRING METADATA FROM 'value.schema' VIRTUAL
) WITH ('connector' = 'filesystem', 'path' = 'data/facts.debezium.ndjson', 'format' = 'debezium-json');
SELECT * FROM t;
SELECT props['pos'] AS pos, db, COUNT(*) AS n FROM t GROUP BY props['pos'], db;
SELECT db FROM t WHERE id < 3;
CREATE TABLE w (
  id INT, db STRING METADATA FROM 'value.source.database' VIRTUAL,
  at_source TIMESTAMP_LTZ(3) METADATA FROM 'value.source.timestamp' VIRTUAL,
  struct STRING METADATA FROM 'value.schema' VIRTUAL
) WITH ('connector' = 'filesystem', 'path' = 'data/facts-wrapped.debezium.ndjson', 'format' = 'debezium-json',
  'debezium-json.schema-include' = 'true');
-- both rows of an update have the facts of its record, so that only a key tells which row it replaces
CREATE TABLE keyed (id INT, city STRING, seen TIMESTAMP_LTZ(3), PRIMARY KEY (id) NOT ENFORCED);
INSERT INTO keyed SELECT id, city, seen FROM t;
SELECT * FROM keyed;
SELECT id, db, at_source, struct FROM w;
