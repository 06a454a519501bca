-- grouping sets over sessions that all hold what the sessions are kept for
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, price, window_start, window_end, COUNT(*) AS n, GROUPING(price) AS g FROM TABLE(SESSION(TABLE ticker PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end, symbol, ROLLUP (price);
