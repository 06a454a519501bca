-- ASOF is a name where no join follows
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW asks AS SELECT symbol, n, ts FROM ticker WHERE MOD(n, 2) = 0;
CREATE VIEW quotes AS SELECT symbol, price, n, ts FROM ticker WHERE MOD(n, 2) = 1 AND n <> 17;
SELECT asof.n FROM asks asof WHERE asof.n < 5;
