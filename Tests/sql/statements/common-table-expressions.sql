-- WITH names queries; a later one reads an earlier one, and one is read twice
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
WITH known AS (SELECT id, city, amount FROM orders WHERE city IS NOT NULL),
  sums AS (SELECT city, SUM(amount) AS total FROM known GROUP BY city)
SELECT 'city', city, total FROM sums
UNION ALL
SELECT 'row', city, amount FROM known WHERE id = 4;
