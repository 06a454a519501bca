-- an OVER over the aggregates of the same SELECT
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 3), ('a', 'x', 4), (CAST(NULL AS STRING), 'y', 5)) AS x(k, l, v);
SELECT k, SUM(SUM(v)) OVER (ORDER BY k) ss, COUNT(DISTINCT l) FROM t GROUP BY ROLLUP(k);
