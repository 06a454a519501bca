-- rows that are taken back can't be matched
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW totals AS SELECT *, PROCTIME() AS p FROM (SELECT symbol, SUM(price) AS price FROM ticker GROUP BY symbol);
SELECT * FROM totals MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY p MEASURES A.price AS n PATTERN (A B) DEFINE B AS B.price > 1);
