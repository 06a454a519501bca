-- GROUPING asks about keys
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2)) AS x(k, v);
SELECT k, GROUPING(v) FROM t GROUP BY ROLLUP (k);
