-- NULLS FIRST and NULLS LAST against the order's own place of NULL
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT 'desc nulls first' AS o, id, rn FROM (
  SELECT id, ROW_NUMBER() OVER (ORDER BY amount DESC NULLS FIRST, id) AS rn FROM (SELECT DISTINCT id, amount FROM orders)) WHERE rn <= 2
UNION ALL
SELECT 'asc nulls last', id, rn FROM (
  SELECT id, ROW_NUMBER() OVER (ORDER BY amount ASC NULLS LAST, id) AS rn FROM (SELECT DISTINCT id, amount FROM orders)) WHERE rn >= 5
  AND rn < 7;
