-- GROUP BY SESSION(…) with its helpers, over all rows
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT SESSION_START(ts, INTERVAL '50' SECOND), SESSION_END(ts, INTERVAL '50' SECOND), SESSION_ROWTIME(ts, INTERVAL '50' SECOND), COUNT(*)
FROM orders GROUP BY SESSION(ts, INTERVAL '50' SECOND);
