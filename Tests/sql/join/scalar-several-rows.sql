-- more than one row for a value fails where it happens
CREATE VIEW o AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, CAST(NULL AS STRING)), (5, 'a')) AS t(id, k);
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 10, 'x'), ('a', 30, 'y'), ('a', 20, 'z'), ('b', 5, 'u'), (CAST(NULL AS STRING), 9, 'n')) AS t(k, v, n);
SELECT o.id, (SELECT t.n FROM t WHERE t.k = o.k) AS n FROM o;
