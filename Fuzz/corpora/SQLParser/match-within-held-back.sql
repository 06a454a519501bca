-- the match of row 4 is complete at 10:00:03 and waits until that of row 2, which began earlier, is too old
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM ticker MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts MEASURES A.n AS a_n, B.n AS b_n, MATCH_ROWTIME() AS rt
  AFTER MATCH SKIP TO NEXT ROW PATTERN (A X*? B) WITHIN INTERVAL '4' SECOND
  DEFINE A AS A.price > 15, B AS B.price < A.price - 5
);
