-- views, common table expressions and nested queries
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TEMPORARY VIEW good AS SELECT id, amount FROM orders WHERE ok;
WITH bigger AS (SELECT id, amount FROM good WHERE amount > 500) SELECT b.id, b.amount / 100 FROM (SELECT * FROM bigger) AS b;
