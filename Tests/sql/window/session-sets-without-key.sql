-- sessions of different keys have windows of their own
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE ticker PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end, ROLLUP (symbol);
