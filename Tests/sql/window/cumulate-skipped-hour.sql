-- hours up to four of a day whose clocks go from 02:00 to 03:00; the rows are 00:00, 01:59:59 and 03:00
SET 'pipeline.auto-watermark-interval' = '0';
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE t (id STRING, `at` BIGINT, ts AS TO_TIMESTAMP_LTZ(`at`, 3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/clock-change.ndjson', 'format' = 'json');
SELECT window_end, COUNT(*), MIN(id), MAX(id) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '4' HOURS))
WHERE id > 'a' AND id < 'e' GROUP BY window_start, window_end;
