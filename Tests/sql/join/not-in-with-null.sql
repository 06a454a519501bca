-- a NULL in the subquery makes NOT IN unknown, and an empty one makes it true
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT 'null' AS how, city FROM regions WHERE city NOT IN (SELECT city FROM orders)
UNION ALL
SELECT 'without', city FROM regions WHERE city NOT IN (SELECT city FROM orders WHERE city IS NOT NULL)
UNION ALL
SELECT 'empty', city FROM orders WHERE city NOT IN (SELECT city FROM regions WHERE code > 100);
