-- DISTINCT and FILTER
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, COUNT(DISTINCT id), SUM(DISTINCT amount), COUNT(*) FILTER (WHERE ok), SUM(amount) FILTER (WHERE amount > 0) FROM orders GROUP BY city;
