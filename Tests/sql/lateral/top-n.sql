-- the greatest rows of each key; NULL has none
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10, 'x'), ('a', 30, 'y'), ('a', 20, 'z'), ('b', 5, 'u'), (CAST(NULL AS STRING), 9, 'n')) AS t(k, v, n);
SELECT 1 AS q, o.id, s.n, s.v FROM o, LATERAL (SELECT t.n, t.v FROM t WHERE t.k = o.k ORDER BY t.v DESC LIMIT 2) AS s
UNION ALL SELECT 2, o.id, s.n, s.v FROM o LEFT JOIN LATERAL (SELECT n, v FROM t WHERE k = o.k ORDER BY 2 LIMIT 1) AS s ON TRUE
UNION ALL SELECT 3, o.id, s.n, s.w FROM o JOIN LATERAL (SELECT n, v * 2 AS w FROM t WHERE k = o.k AND v > 5 ORDER BY w OFFSET 1 ROW FETCH NEXT 1 ROW ONLY) AS s ON s.w > o.id;
