-- aggregates give a row also over nothing, GROUP BY does not
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10, 'x'), ('a', 30, 'y'), ('a', 20, 'z'), ('b', 5, 'u'), (CAST(NULL AS STRING), 9, 'n')) AS t(k, v, n);
SELECT 1 AS q, o.id, s.n, s.m, s.c FROM o CROSS JOIN LATERAL (SELECT COUNT(*) AS n, MAX(v) AS m, COALESCE(SUM(v), -1) AS c FROM t WHERE t.k = o.k) AS s
UNION ALL SELECT 2, o.id, s.n, s.m, s.c FROM o LEFT JOIN LATERAL (SELECT COUNT(*) AS n, MIN(v) AS m, v / 20 AS c FROM t WHERE t.k = o.k GROUP BY v / 20) AS s ON TRUE
UNION ALL SELECT 3, o.id, s.n, s.m, 0 FROM o JOIN LATERAL (SELECT COUNT(*) + 1 AS n, MAX(v) AS m FROM t WHERE t.k = o.k) AS s ON s.n = 1;
