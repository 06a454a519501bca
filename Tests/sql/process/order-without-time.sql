-- ORDER BY begins with event time
CREATE TABLE ticker (symbol STRING, price INT, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/ticker.ndjson', 'format' = 'json');
SELECT * FROM CHANGED(input => TABLE ticker PARTITION BY symbol ORDER BY n);
SELECT * FROM CHANGED(input => TABLE ticker PARTITION BY symbol ORDER BY ts DESC);
SELECT * FROM CHANGED(input => TABLE ticker PARTITION BY symbol ORDER BY (ts, n + 1));
