-- the plan: only columns that are read are scanned, the condition is below the join, sums are made before the exchange
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, `rank` INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
EXPLAIN SELECT r.region, COUNT(*), SUM(o.amount) FROM orders AS o JOIN regions AS r ON o.city = r.city WHERE o.amount > 100 GROUP BY r.region;
