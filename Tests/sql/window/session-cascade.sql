-- minutes with orders, joined to sessions through window_time, counted by the hour
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW minutes AS SELECT window_time AS rt, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;
CREATE VIEW busy AS SELECT window_time AS rt, window_start AS ws, window_end AS we, SUM(n) AS n
FROM TABLE(SESSION(TABLE minutes, DESCRIPTOR(rt), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;
SELECT window_start, COUNT(*), MIN(ws), MAX(we), SUM(n)
FROM TABLE(TUMBLE(TABLE busy, DESCRIPTOR(rt), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
