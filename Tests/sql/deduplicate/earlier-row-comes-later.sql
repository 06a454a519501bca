-- a row with less event time takes the place of one that came before it while the watermark allows
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, ts FROM (
  SELECT id, ts, ROW_NUMBER() OVER (PARTITION BY city IS NULL ORDER BY ts ASC) AS n FROM orders WHERE id IN (4, 5)
) WHERE n <= 1;
