-- EXCEPT gives each row once, NULLs being equal
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city FROM orders EXCEPT SELECT city FROM orders WHERE id = 5;
