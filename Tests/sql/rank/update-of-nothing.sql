-- an update of a column that is left out changes nothing behind it
CREATE TABLE changes (id BIGINT, city STRING, amount DOUBLE) WITH ('connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT 'id' AS what, id, CAST(NULL AS STRING) AS city, COUNT(*) AS n FROM changes GROUP BY id
UNION ALL
SELECT 'cheap', id, CAST(NULL AS STRING), CASE WHEN amount < 15 THEN 1 ELSE 0 END FROM changes
UNION ALL
SELECT 'joined', c.id, r.city, 1 FROM changes AS c JOIN (VALUES (1, 'a'), (1, 'b'), (3, 'c')) AS r (id, city) ON c.id = r.id;
