-- on_time must be a time attribute
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM DEBOUNCE(input => (SELECT symbol, ts + INTERVAL '1' SECOND AS t FROM ticker) PARTITION BY symbol, quiet => INTERVAL '1' SECOND, on_time => DESCRIPTOR(t));
