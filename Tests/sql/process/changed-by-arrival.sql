-- without on_time in the order the rows come; no rowtime then
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM CHANGED(input => (SELECT symbol, price > 12 AS is_high FROM ticker) PARTITION BY symbol);
