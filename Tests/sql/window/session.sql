-- sessions of each city; the rows of 上海 lie exactly the gap apart and are one session
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, window_start, window_end, window_time, COUNT(*), SUM(amount), MIN(id), MAX(price)
FROM TABLE(SESSION(TABLE orders PARTITION BY city, DESCRIPTOR(ts), INTERVAL '50.500' SECOND)) GROUP BY city, window_start, window_end, window_time;
