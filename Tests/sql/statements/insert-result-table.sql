-- an upsert result table holds the last row of each key after INSERT
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE totals (city STRING, n BIGINT, amount BIGINT, PRIMARY KEY (city) NOT ENFORCED);
INSERT INTO totals SELECT city, COUNT(*), SUM(amount) FROM orders WHERE city IS NOT NULL GROUP BY city;
SELECT city, n, amount FROM totals;
