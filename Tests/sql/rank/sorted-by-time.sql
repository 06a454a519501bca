-- ORDER BY event time drops rows that are not later than what has left
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, ts FROM orders WHERE id <> 6 ORDER BY ts, id DESC;
