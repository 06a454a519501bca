-- rows that change are refused
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM CHANGED(input => (SELECT symbol, SUM(price) AS total FROM ticker GROUP BY symbol) PARTITION BY symbol);
