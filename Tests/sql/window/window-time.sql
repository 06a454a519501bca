-- window_time is the last millisecond and goes on as a time attribute: minutes are summed up to ten minutes
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW minutes AS
SELECT window_time AS `at`, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, window_time;
SELECT window_start, SUM(n), MIN(`at`), MAX(`at`) FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(`at`), INTERVAL '10' MINUTE))
GROUP BY window_start, window_end;
