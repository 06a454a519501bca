-- a scan that two joins share, one of which comes back to the other by UNION ALL
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10), ('a', 30), ('b', 5), (CAST(NULL AS STRING), 9)) AS t(k, v);
SELECT o.id, (SELECT MAX(v) FROM t WHERE t.k = o.k) AS v FROM o UNION ALL SELECT id, 0 FROM o WHERE EXISTS (SELECT v FROM t WHERE t.k = o.k);
