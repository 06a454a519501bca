-- the hour from 02:00 to 03:00 that the clocks of Berlin show twice on 2026-10-25 is one window
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE t (id STRING, `at` BIGINT, ts AS TO_TIMESTAMP_LTZ(`at`, 3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/hour-twice.ndjson', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), MIN(id), MAX(id) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;
