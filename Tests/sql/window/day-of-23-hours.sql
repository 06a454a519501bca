-- days of Berlin around 2026-03-29, when the clocks go from 02:00 to 03:00
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE t (id STRING, `at` BIGINT, ts AS TO_TIMESTAMP_LTZ(`at`, 3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/clock-change.ndjson', 'format' = 'json');
SELECT window_start, window_end, window_time, MIN(id), MAX(id), MIN(ts), MAX(ts) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))
GROUP BY window_start, window_end, window_time;
