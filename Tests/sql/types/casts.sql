-- CAST and TRY_CAST between texts, numbers and times
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, CAST(id AS STRING), CAST(price AS INT), CAST(amount AS DECIMAL(20, 1)), TRY_CAST(`user` AS INT), CAST(ts AS DATE), CAST(ts AS STRING), CAST(CAST('12.50' AS DECIMAL(6, 2)) AS DOUBLE), CAST(ok AS STRING) FROM orders WHERE id < 6;
