-- rows without a quote are kept; the comparison stands in ON
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW asks AS SELECT symbol, n, ts FROM ticker WHERE MOD(n, 2) = 0;
CREATE VIEW quotes AS SELECT symbol, price, n, ts FROM ticker WHERE MOD(n, 2) = 1 AND n <> 17;
SELECT a.symbol, a.n, a.ts, q.n, q.price FROM asks a ASOF LEFT JOIN quotes q ON a.symbol = q.symbol AND q.ts <= a.ts;
