-- the watermark of a bounded table is never ahead of what it has seen
CREATE TABLE times (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = 'data/watermarks.ndjson', 'format' = 'json');
SELECT id, TYPEOF(CURRENT_WATERMARK(ts)), CURRENT_WATERMARK(ts) IS NULL OR CURRENT_WATERMARK(ts) <= TIMESTAMP '9999-12-31 23:59:59' FROM times;
