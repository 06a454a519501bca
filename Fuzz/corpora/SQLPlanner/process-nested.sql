-- one function over another
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT symbol, price, is_filled, rowtime0 FROM FILL_GAPS(input => (
  SELECT * FROM CHANGED(input => TABLE ticker PARTITION BY symbol, on_columns => DESCRIPTOR(price), on_time => DESCRIPTOR(ts))
) PARTITION BY symbol, step => INTERVAL '2' SECOND, at_most => 2, on_time => DESCRIPTOR(rowtime));
