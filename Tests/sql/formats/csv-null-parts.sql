-- the null literal inside of arrays and rows, written and read back; other texts that begin like it stay
CREATE TABLE packed (id INT, a ARRAY<STRING>, r ROW<x INT, y STRING>, n ARRAY<INT>)
WITH ('connector' = 'filesystem', 'path' = 'data/null-parts.csv', 'format' = 'csv', 'csv.null-literal' = 'n/a');
SELECT id, a, r, n, CARDINALITY(a) FROM packed;
CREATE TABLE t (id INT, a ARRAY<STRING>, r ROW<x INT, y STRING>) WITH ('connector' = 'kafka', 'topic' = 'packed',
  'format' = 'csv', 'csv.null-literal' = 'n/a', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
INSERT INTO t VALUES
  (1, ARRAY['a', CAST(NULL AS STRING), ''], ROW(CAST(NULL AS INT), 'y')), (2, ARRAY[CAST(NULL AS STRING)], ROW(1, CAST(NULL AS STRING))),
  (3, CAST(NULL AS ARRAY<STRING>), CAST(NULL AS ROW<x INT, y STRING>));
SELECT * FROM t;
CREATE TABLE lines (line STRING) WITH ('connector' = 'kafka', 'topic' = 'packed', 'format' = 'raw',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
SELECT * FROM lines;
