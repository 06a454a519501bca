-- IN and BETWEEN with NULLs: unknown is neither in nor out
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, amount IN (1000, 300), amount NOT IN (1000, NULL), amount BETWEEN -40 AND 1000, amount NOT BETWEEN 0 AND 500, city IN ('北京', '上海')
FROM orders WHERE id <> 2;
