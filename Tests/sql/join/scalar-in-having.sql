-- a subquery in HAVING
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT city, SUM(amount) AS total FROM orders WHERE id < 6 GROUP BY city HAVING SUM(amount) > (SELECT AVG(amount) FROM orders WHERE id < 6);
