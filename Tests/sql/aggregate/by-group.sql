-- COUNT, SUM, AVG, MIN, MAX with NULLs; one group has a NULL key
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, COUNT(*), COUNT(amount), SUM(amount), AVG(amount), MIN(price), MAX(price), SUM(price), MIN(`user`) FROM orders GROUP BY city;
