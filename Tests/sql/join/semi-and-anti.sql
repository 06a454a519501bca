-- EXISTS and NOT EXISTS with a condition beside the key
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT 'in' AS how, id FROM orders AS o WHERE EXISTS (SELECT 1 FROM regions AS r WHERE r.city = o.city AND r.code * 1000 < o.amount)
UNION ALL
SELECT 'out', id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM regions AS r WHERE r.city = o.city AND r.code * 1000 < o.amount);
