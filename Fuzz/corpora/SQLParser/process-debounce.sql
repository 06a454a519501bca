-- the last row of each burst, two seconds after it
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM DEBOUNCE(input => TABLE ticker PARTITION BY symbol, quiet => INTERVAL '2' SECOND, on_time => DESCRIPTOR(ts));
