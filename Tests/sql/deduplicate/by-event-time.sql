-- the first row of each city by event time, not by arrival; row 5 arrives after row 2 and is later still
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, id, ts FROM (
  SELECT city, id, ts, ROW_NUMBER() OVER (PARTITION BY city ORDER BY ts) AS n FROM orders WHERE city IS NOT NULL
) WHERE n = 1;
