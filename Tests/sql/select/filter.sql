-- three-valued WHERE: only TRUE passes
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id FROM orders WHERE amount > 0 AND NOT ok OR city IN ('广东', 'nowhere') OR id BETWEEN 6 AND 9;
