-- CASE in both forms, COALESCE, NULLIF, IF
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, CASE WHEN amount > 1000 THEN 'big' WHEN amount > 0 THEN 'small' ELSE 'none' END, CASE city WHEN '北京' THEN 1 WHEN '上海' THEN 2 END, COALESCE(`user`, city, '?'), NULLIF(city, '北京'), IF(ok, 'y', 'n') FROM orders;
