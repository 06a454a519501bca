-- sessions give their result once
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE ticker, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end;
