-- ORDER BY processing time: rows are matched as they come
CREATE TABLE ticker (symbol STRING, price INT, n INT, arrived AS PROCTIME())
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT a_n, b_n, p > TIMESTAMP '2020-01-01 00:00:00' FROM ticker MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY arrived MEASURES A.n AS a_n, B.n AS b_n, CAST(MATCH_PROCTIME() AS TIMESTAMP(3)) AS p
  AFTER MATCH SKIP PAST LAST ROW PATTERN (A B) DEFINE B AS B.price > A.price
);
