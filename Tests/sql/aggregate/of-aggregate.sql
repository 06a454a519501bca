-- an aggregate over an updating aggregate: retraction is exact
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT n, COUNT(*), MAX(city) FROM (SELECT city, COUNT(*) AS n FROM orders WHERE city IS NOT NULL GROUP BY city) GROUP BY n;
