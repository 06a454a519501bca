-- rows of a slice are collapsed before they travel, late ones too: the same rows as in one phase
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, tax INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT window_start, symbol, COUNT(*), COUNT(price), SUM(price), AVG(price), MIN(price), MAX(n), MAX(symbol),
  COUNT(*) FILTER (WHERE price > 15), SUM(tax) FILTER (WHERE price > 15), SUM(CAST(price AS DECIMAL(10, 2)) / 3)
FROM TABLE(HOP(TABLE ticker, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND))
GROUP BY window_start, window_end, symbol;
