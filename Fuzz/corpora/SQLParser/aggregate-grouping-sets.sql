-- sets written twice are two, told apart by GROUP_ID; totals are told from NULL keys by GROUPING
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 3), ('a', 'x', 4), (CAST(NULL AS STRING), 'y', 5)) AS x(k, l, v);
SELECT k, l, SUM(v) s, GROUPING(k) g, GROUPING_ID(k, l) gi, GROUP_ID() FROM t GROUP BY GROUPING SETS ((k, l), k, (), ()) HAVING SUM(v) > 1;
