-- sessions of instants have their bounds in the local time of the session's zone, over the hour that is skipped
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE t (id STRING, `at` BIGINT, ts AS TO_TIMESTAMP_LTZ(`at`, 3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/clock-change.ndjson', 'format' = 'json');
SELECT window_start, window_end, window_time, COUNT(*), MIN(id), MAX(id)
FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '90' MINUTE)) GROUP BY window_start, window_end, window_time;
