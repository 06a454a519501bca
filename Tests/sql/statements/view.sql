-- views with a column list, over views, and replaced by a temporary one
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW priced (number, cents) AS SELECT id, price * 100 FROM orders WHERE price > 0;
CREATE TEMPORARY VIEW cheap AS SELECT number, cents FROM priced WHERE cents < 2000;
SELECT DISTINCT number, cents FROM cheap;
