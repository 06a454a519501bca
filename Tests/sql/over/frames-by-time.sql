-- rows in the order of time: a moving frame of rows, named windows that refine another, LAG with a default
CREATE VIEW v AS SELECT k, v, TO_TIMESTAMP(s) AS t0 FROM (VALUES
  ('a', 1, '2024-01-01 00:00:01'), ('a', 4, '2024-01-01 00:00:03'), ('b', 2, '2024-01-01 00:00:02'),
  ('a', 2, '2024-01-01 00:00:02'), ('b', 9, '2024-01-01 00:00:09'), ('a', 8, '2024-01-01 00:00:08')) AS x(k, v, s);
SET 'execution.runtime-mode' = 'batch';
SELECT k, v, SUM(v) OVER w AS s, LAG(v, 1, 0) OVER p AS before, FIRST_VALUE(v) OVER w AS f, COUNT(DISTINCT v) OVER p AS d,
  SUM(v) OVER (p RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW) AS r
FROM v WINDOW p AS (PARTITION BY k ORDER BY t0), w AS (p ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
