-- QUALIFY: the two dearest orders of each city, the first row of a key by its alias, and a filter over a sum, all following changes
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT 'dearest' AS what, city, id FROM (SELECT DISTINCT id, city, price FROM orders)
QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY price DESC, id) <= 2;
SELECT 'second of all' AS what, city, total, ROW_NUMBER() OVER (ORDER BY total DESC, city) AS rn
FROM (SELECT city, SUM(price) AS total FROM orders GROUP BY city)
QUALIFY rn = 2;
SELECT 'grouped' AS what, city, SUM(price) AS total FROM orders GROUP BY city HAVING SUM(price) > 0
QUALIFY ROW_NUMBER() OVER (ORDER BY SUM(price) DESC, city) = 1;
