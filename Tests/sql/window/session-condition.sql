-- rows left out above SESSION still hold sessions together
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, window_start, window_end, COUNT(*) AS n, MAX(price) AS p FROM TABLE(SESSION(TABLE ticker PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '4' SECOND)) WHERE price > 12 AND n IS NOT NULL GROUP BY symbol, window_start, window_end;
SELECT symbol, window_start, window_end, COUNT(*) AS n, MAX(price) AS p FROM (SELECT * FROM TABLE(SESSION(TABLE ticker PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '4' SECOND))) WHERE price > 12 GROUP BY symbol, window_start, window_end HAVING COUNT(*) > 1;
