-- only quotes before the row
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW asks AS SELECT symbol, n, ts FROM ticker WHERE MOD(n, 2) = 0;
CREATE VIEW quotes AS SELECT symbol, price, n, ts FROM ticker WHERE MOD(n, 2) = 1 AND n <> 17;
SELECT l.n, r.n, l.ts FROM ticker l LEFT ASOF JOIN ticker r MATCH_CONDITION (l.ts > r.ts) ON l.symbol = r.symbol;
