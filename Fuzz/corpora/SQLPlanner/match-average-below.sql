-- aggregates in DEFINE and MEASURES: rows as long as the average is below 15
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM ticker MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.n) AS first_n, LAST(A.n) AS last_n, AVG(A.price) AS mean, SUM(A.price * A.tax) AS paid, MAX(price) AS top,
    COUNT(*) AS n_rows, FIRST(A.price + A.tax, 1) AS second_total, LAST(A.n, 99) AS nothing
  ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A+ B)
  DEFINE A AS AVG(A.price) < 15
);
