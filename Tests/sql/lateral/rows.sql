-- correlated rows by any condition, none, and a row of the left alone
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10, 'x'), ('a', 30, 'y'), ('a', 20, 'z'), ('b', 5, 'u'), (CAST(NULL AS STRING), 9, 'n')) AS t(k, v, n);
SELECT 1 AS q, o.id, s.n, s.m FROM o CROSS JOIN LATERAL (SELECT n, v + 1 AS m FROM t WHERE t.k = o.k) AS s
UNION ALL SELECT 2, o.id, s.n, s.m FROM o LEFT JOIN LATERAL (SELECT n, 7 AS m FROM t WHERE t.k = o.k AND t.v > o.id * 10) AS s ON s.n <> 'z'
UNION ALL SELECT 3, o.id, s.x, s.y FROM o CROSS JOIN LATERAL (SELECT UPPER(o.k), o.id + 100) AS s(x, y)
UNION ALL SELECT 4, o.id, s.n, s.v FROM o JOIN LATERAL (SELECT n, v FROM t WHERE v < 6) AS s ON o.k = 'b'
UNION ALL SELECT 5, o.id, s.k, s.c FROM o JOIN LATERAL (SELECT DISTINCT t.k, 1 AS c FROM t WHERE t.k = o.k) AS s ON TRUE;
