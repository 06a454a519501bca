-- a number alone, and one that no row has
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT 'third' AS what, id FROM (
  SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rn FROM (SELECT DISTINCT id FROM orders)) WHERE 3 = rn
UNION ALL
SELECT 'hundredth', id FROM (
  SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rn FROM (SELECT DISTINCT id FROM orders)) WHERE rn = 100
UNION ALL
SELECT 'none', id FROM (
  SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rn FROM (SELECT DISTINCT id FROM orders)) WHERE rn <= 0;
