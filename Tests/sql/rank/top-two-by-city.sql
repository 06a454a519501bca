-- the two dearest orders of each city, a NULL city being a partition of its own
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, id, price, rn FROM (
  SELECT id, city, price, ROW_NUMBER() OVER (PARTITION BY city ORDER BY price DESC, id) AS rn FROM (SELECT DISTINCT id, city, price FROM orders)
) WHERE rn <= 2;
