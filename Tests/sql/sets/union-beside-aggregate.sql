-- one table of constants goes into a union directly, and by way of aggregates and sets: the union must not wait for itself
CREATE VIEW v (id, t) AS SELECT id, t FROM (VALUES (1, 1), (2, 2), (3, 1)) AS x (id, t);
SELECT 'plain' AS what, t FROM v
UNION ALL SELECT DISTINCT 'distinct', t FROM v
UNION ALL SELECT 'least', MIN(t) FROM v
UNION ALL (SELECT 'both', t FROM v INTERSECT SELECT 'both', 2)
UNION ALL (SELECT 'without', 3 EXCEPT SELECT 'without', t FROM v);
