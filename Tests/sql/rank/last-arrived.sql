-- the row of each key that arrived last
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, id FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY arrived DESC) AS rn FROM orders WHERE city = '北京'
) WHERE rn = 1;
