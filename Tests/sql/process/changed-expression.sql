-- what changes is computed below
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, is_high, ts FROM CHANGED(input => (SELECT symbol, price > 12 AS is_high, ts FROM ticker) PARTITION BY symbol, on_time => DESCRIPTOR(ts), uid => 'high-or-low');
