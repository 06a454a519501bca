-- facts of the record from the connector and from the format, through a topic
CREATE TABLE lines (line STRING) WITH ('connector' = 'kafka', 'topic' = 'changes', 'format' = 'raw');
INSERT INTO lines VALUES
  ('{"data":[{"id":"1"},{"id":"2"}],"type":"INSERT","database":"shop","table":"a","ts":1000}'),
  ('{"data":[{"id":"x"}],"type":"INSERT","database":"shop","table":"b","ts":2000}'),
  ('{"data":[{"id":"3"}],"type":"INSERT","database":"shop","table":"c"}');
CREATE TABLE t (
  id INT, o BIGINT METADATA FROM 'offset' VIRTUAL, tab STRING METADATA FROM 'value.table' VIRTUAL,
  seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL
) WITH ('connector' = 'kafka', 'topic' = 'changes', 'format' = 'canal-json', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
SELECT * FROM t;
SELECT tab FROM t;
