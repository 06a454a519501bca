-- a row behind the end of its window changes the result; without the setting it is dropped
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.exec.emit.allow-lateness' = '1 h';
SET 'table.exec.emit.late-fire.enabled' = 'true';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT window_start, COUNT(*) AS n, SUM(price) AS price FROM TABLE(TUMBLE(TABLE ticker, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;
