-- rows to come are not looked for
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW asks AS SELECT symbol, n, ts FROM ticker WHERE MOD(n, 2) = 0;
CREATE VIEW quotes AS SELECT symbol, price, n, ts FROM ticker WHERE MOD(n, 2) = 1 AND n <> 17;
SELECT * FROM asks a ASOF JOIN quotes q MATCH_CONDITION (a.ts <= q.ts) ON a.symbol = q.symbol;
