-- matches in windows by their MATCH_ROWTIME
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW rises AS SELECT symbol, rt, gain FROM ticker MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts MEASURES B.price - A.price AS gain, MATCH_ROWTIME() AS rt
  AFTER MATCH SKIP TO NEXT ROW PATTERN (A B) DEFINE B AS B.price > A.price
);
SELECT window_start, window_end, COUNT(*), SUM(gain) FROM TABLE(TUMBLE(TABLE rises, DESCRIPTOR(rt), INTERVAL '5' SECOND))
GROUP BY window_start, window_end;
