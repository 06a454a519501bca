-- NULLs are left out of aggregates; a group of NULLs alone gives NULL, and COUNT gives 0
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, COUNT(amount), SUM(amount), MIN(amount), MAX(price), AVG(amount), COUNT(DISTINCT city) FROM orders WHERE id IN (2, 3, 4) GROUP BY id;
