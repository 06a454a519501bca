-- a row is not in a subquery when some part of it differs for certain from each row there; NULL differs from nothing
CREATE TABLE changes (id INT, city STRING, amount DOUBLE) WITH ('connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
CREATE VIEW u AS SELECT id, CASE WHEN amount IS NULL THEN CAST(NULL AS STRING) WHEN amount = 11 THEN 'x' ELSE 'y' END AS v FROM changes;
CREATE VIEW a AS SELECT * FROM (VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x'), (4, CAST(NULL AS INT), 'x'),
  (5, 2, CAST(NULL AS STRING)), (6, CAST(NULL AS INT), 'z'), (7, CAST(NULL AS INT), CAST(NULL AS STRING)), (8, 3, CAST(NULL AS STRING)), (9, 5, 'q')) AS t (id, k, v);
CREATE VIEW s AS SELECT * FROM (VALUES (1, 'x'), (CAST(NULL AS INT), 'y'), (2, CAST(NULL AS STRING))) AS t (k, w);
CREATE VIEW c AS SELECT * FROM (VALUES (1, 'x'), (2, 'y')) AS t (k, w);
SELECT 'nulls' AS how, id FROM a WHERE (k, v) NOT IN (SELECT k, w FROM s)
UNION ALL
SELECT 'certain', id FROM a WHERE (k, v) NOT IN (SELECT k, w FROM c)
UNION ALL
SELECT 'key', id FROM a WHERE (id, v) NOT IN (SELECT k, w FROM c)
UNION ALL
SELECT 'not in brackets', id FROM a WHERE NOT ((k, v) IN (SELECT k, w FROM s))
UNION ALL
SELECT 'empty', id FROM a WHERE (k, v) NOT IN (SELECT k, w FROM s WHERE k > 100)
UNION ALL
SELECT 'constant', id FROM a WHERE (id, CAST(NULL AS STRING)) NOT IN (SELECT k, w FROM c)
UNION ALL
SELECT 'tied', id FROM a WHERE (k, v) NOT IN (SELECT k, w FROM s WHERE s.k = a.id)
UNION ALL
SELECT CASE WHEN (k, v) IN (SELECT k, w FROM s) THEN 'in' WHEN NOT ((k, v) IN (SELECT k, w FROM s)) THEN 'out' ELSE 'unknown' END, id FROM a
UNION ALL
SELECT 'or', id FROM a WHERE id > 7 OR (k, v) NOT IN (SELECT k, w FROM c)
UNION ALL
SELECT 'changing', id FROM a WHERE (id, v) NOT IN (SELECT id, v FROM u)
UNION ALL
SELECT CASE WHEN (id, v) IN (SELECT id, v FROM u) THEN 'changed: in' WHEN NOT ((id, v) IN (SELECT id, v FROM u)) THEN 'changed: out' ELSE 'changed: unknown' END, id FROM a
UNION ALL
SELECT 'changing left', id FROM changes WHERE (id, city) NOT IN (SELECT k, w FROM s);
