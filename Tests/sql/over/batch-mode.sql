-- functions that look ahead and frames on both sides, in batch mode
SET 'execution.runtime-mode' = 'batch';
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3), ('a', 4), ('b', 5), ('b', 3)) AS x(k, v);
SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) s, LEAD(v, 1, -1) OVER (PARTITION BY k ORDER BY v) l, RANK() OVER (ORDER BY v DESC) r, DENSE_RANK() OVER (ORDER BY v) dr, NTILE(4) OVER (ORDER BY v) nt, CUME_DIST() OVER (ORDER BY v) cd, PERCENT_RANK() OVER (ORDER BY v) pr, COUNT(*) OVER () n, SUM(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) s3, MAX(v) OVER (PARTITION BY k) m, SUM(v) OVER (ORDER BY v RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) rg FROM t;
