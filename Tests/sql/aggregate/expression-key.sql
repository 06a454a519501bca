-- a group key that is an expression
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT DATE_FORMAT(ts, 'HH:mm'), COUNT(*), SUM(amount) FROM orders WHERE id < 6 GROUP BY DATE_FORMAT(ts, 'HH:mm');
