-- the steps of a window are merged when they fire: a late row has no step of its own any more
SET 'table.exec.emit.allow-lateness' = '1 h';
SET 'table.exec.emit.late-fire.enabled' = 'true';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT window_start, COUNT(*) AS n FROM TABLE(CUMULATE(TABLE ticker, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '2' SECOND)) GROUP BY window_start, window_end;
