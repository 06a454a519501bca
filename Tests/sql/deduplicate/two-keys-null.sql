-- NULL is a key like any other; two columns make one key
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, ok, id FROM (
  SELECT city, ok, id, ROW_NUMBER() OVER (PARTITION BY city, ok ORDER BY arrived) AS n FROM orders
) WHERE 1 = n;
