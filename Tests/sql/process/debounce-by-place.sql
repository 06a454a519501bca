-- arguments by place, TABLE( ) around the call, a query as the table, a window above by rowtime
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT window_start, COUNT(*) AS bursts, MAX(price) AS price FROM TABLE(TUMBLE(DATA => TABLE (
  SELECT * FROM TABLE(DEBOUNCE((SELECT symbol, price, ts FROM ticker WHERE symbol IS NOT NULL) PARTITION BY symbol, INTERVAL '2' SECOND, on_time => DESCRIPTOR(ts)))
), TIMECOL => DESCRIPTOR(rowtime), SIZE => INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
