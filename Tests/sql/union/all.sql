-- UNION ALL of two filters and a constant
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, city FROM orders WHERE id = 1 UNION ALL SELECT id, city FROM orders WHERE id < 3 UNION ALL SELECT 99, 'x';
