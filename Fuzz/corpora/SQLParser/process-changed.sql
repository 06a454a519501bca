-- the rows whose price is another than before, in the order of time
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, price, n, rowtime FROM CHANGED(input => TABLE ticker PARTITION BY symbol, on_columns => DESCRIPTOR(price), on_time => DESCRIPTOR(ts));
