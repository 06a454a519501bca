-- the newest row of each key by event time; of equal times the one that came later
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, id, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY ts DESC) AS rn FROM orders WHERE city IS NOT NULL
) WHERE rn = 1;
