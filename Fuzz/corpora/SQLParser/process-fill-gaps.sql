-- the last row again at each second without one, four times at most
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, price, is_filled, rowtime FROM FILL_GAPS(input => TABLE ticker PARTITION BY symbol, step => INTERVAL '1' SECOND, at_most => 4, on_time => DESCRIPTOR(ts));
