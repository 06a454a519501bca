-- without aggregation rows leave when their session closes; arguments by name
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, city, ts, window_start, window_end, window_time
FROM TABLE(SESSION(DATA => TABLE orders PARTITION BY city, TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '20' SECOND));
