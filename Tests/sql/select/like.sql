-- LIKE with % and _, and an escape; characters, not bytes
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, `user` LIKE 'L%', `user` LIKE '__', city LIKE '%京', `user` LIKE '%!"%' ESCAPE '!' FROM orders WHERE `user` IS NOT NULL;
