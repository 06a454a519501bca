-- LEFT JOIN pads a row once when no row of the table passes the further condition
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE prices (city STRING, least BIGINT, most BIGINT, class STRING) WITH ('connector' = 'filesystem', 'path' = 'data/prices.csv', 'format' = 'csv');
SELECT o.id, p.class FROM orders AS o LEFT JOIN prices AS p ON o.city = p.city AND o.amount > p.most WHERE o.id <> 2;
