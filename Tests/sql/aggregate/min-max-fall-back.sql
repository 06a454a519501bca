-- the best value is taken back when its group changes: the next best follows, and NULL when none is left
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 5), ('b', 7), ('c', 6), ('b', -7), ('a', -5), ('c', 1)) AS x(k, v);
SELECT s > 0 AS positive, MIN(s), MAX(s), COUNT(*), SUM(s) FILTER (WHERE s > 6)
FROM (SELECT k, SUM(v) AS s FROM t GROUP BY k) GROUP BY s > 0;
