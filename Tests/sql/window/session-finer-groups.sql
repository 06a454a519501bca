-- sessions are kept for the city, rows are grouped by more; DISTINCT
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, ok, window_start, window_end, COUNT(*), COUNT(DISTINCT `user`), SUM(amount)
FROM TABLE(SESSION(TABLE orders PARTITION BY city, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY city, ok, window_start, window_end;
