-- running sums over a changing aggregate are corrected as it grows
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3), ('a', 4), ('b', 5), ('b', 3)) AS x(k, v);
SELECT k, c, SUM(c) OVER (ORDER BY k) run, ROW_NUMBER() OVER (ORDER BY k) rn FROM (SELECT k, COUNT(*) c FROM t GROUP BY k);
