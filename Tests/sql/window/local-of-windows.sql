-- the most frequent symbols of each window: the maximum is taken in two phases too
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW counts AS
SELECT symbol, COUNT(*) AS n, window_start AS ws, window_end AS we
FROM TABLE(HOP(TABLE ticker, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) GROUP BY symbol, window_start, window_end;
SELECT c.ws, c.symbol, c.n FROM counts AS c JOIN (SELECT MAX(n) AS top, ws, we FROM counts GROUP BY ws, we) AS m
ON c.ws = m.ws AND c.we = m.we AND c.n >= m.top;
