-- rows of one symbol come to the function in the order of their time, and of n where times are equal
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, price, n FROM CHANGED(input => (SELECT symbol, price, ts, n FROM ticker) PARTITION BY symbol ORDER BY (ts, n DESC), on_columns => DESCRIPTOR(price));
