-- GROUP BY TUMBLE
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT TUMBLE_START(ts, INTERVAL '4' SECOND) AS s, symbol, COUNT(*) AS n FROM ticker GROUP BY TUMBLE(ts, INTERVAL '4' SECOND), symbol HAVING COUNT(*) > 1;
