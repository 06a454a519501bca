-- a Top-N over sums feeds an aggregate: what drops out is taken back there
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT COUNT(*), SUM(total) FROM (
  SELECT *, ROW_NUMBER() OVER (ORDER BY total DESC, city) AS rn
  FROM (SELECT city, SUM(id) AS total FROM orders GROUP BY city)
) WHERE rn <= 2;
