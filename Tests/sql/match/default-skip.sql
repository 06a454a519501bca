-- without AFTER MATCH the search goes on at the next row; B is always true
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT T.a_n, T.b_n FROM ticker MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts MEASURES A.n AS a_n, B.n AS b_n PATTERN (A B) DEFINE A AS price > 15
) AS T;
