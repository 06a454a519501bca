-- one partition over all, rows of equal time ordered by another column
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM ticker MATCH_RECOGNIZE (
  ORDER BY ts, n DESC MEASURES A.n AS a_n, LAST(B.n) AS b_n, COUNT(B.n) AS n_b, C.n AS c_n
  AFTER MATCH SKIP PAST LAST ROW PATTERN (A B{1,2}? C) DEFINE A AS A.symbol = 'ACME', C AS C.symbol = 'ZZZ' OR C.symbol IS NULL
);
