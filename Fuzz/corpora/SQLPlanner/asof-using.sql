-- USING names the key, and the time stays a time attribute
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
CREATE VIEW asks AS SELECT symbol, n, ts FROM ticker WHERE MOD(n, 2) = 0;
CREATE VIEW quotes AS SELECT symbol, price, n, ts FROM ticker WHERE MOD(n, 2) = 1 AND n <> 17;
SELECT window_start, COUNT(*) AS n, SUM(price) AS price FROM TABLE(TUMBLE(DATA => TABLE (SELECT ts, price FROM asks ASOF JOIN (SELECT symbol, price, ts AS since FROM quotes) AS q MATCH_CONDITION (ts >= since) USING (symbol)), TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '4' SECOND)) GROUP BY window_start, window_end;
