-- a value from a subquery for each row; COUNT of nothing is 0
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT r.city, (SELECT MAX(o.amount) FROM orders AS o WHERE o.city = r.city) AS most, (SELECT COUNT(*) FROM orders AS o WHERE o.city = r.city) AS n FROM regions AS r;
