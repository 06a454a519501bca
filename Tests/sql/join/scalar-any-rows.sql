-- a value from a subquery that happens to have one row for each key, none, or one in all
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10, 'x'), ('a', 30, 'y'), ('a', 20, 'z'), ('b', 5, 'u'), (CAST(NULL AS STRING), 9, 'n')) AS t(k, v, n);
CREATE VIEW single AS SELECT * FROM t WHERE n IN ('y', 'u', 'n');
SELECT 1 AS q, o.id, (SELECT n FROM single WHERE single.k = o.k) AS n, (SELECT COALESCE(SUM(v), 0) FROM t WHERE t.k = o.k) AS v FROM o;
SELECT 2, id, (SELECT n FROM t WHERE v = 30), (SELECT v FROM t WHERE v > 99) FROM o WHERE id = 1;
SELECT 3, id, (SELECT n FROM t WHERE t.k = o.k ORDER BY v LIMIT 1), (SELECT COUNT(*) * 10 FROM t WHERE t.k = o.k) FROM o WHERE id < (SELECT v FROM t WHERE n = 'u');
SELECT 4, id, k, 0 FROM o WHERE EXISTS (SELECT v / 20 FROM t WHERE t.k = o.k GROUP BY v / 20 HAVING COUNT(*) > 1);
SELECT 5, id, k, 0 FROM o WHERE id + 29 IN (SELECT v FROM t WHERE t.k = o.k ORDER BY v DESC LIMIT 1);
