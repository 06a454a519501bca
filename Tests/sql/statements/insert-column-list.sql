-- columns left out of the list become NULL, and the order of the list counts
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE kept (id BIGINT, city STRING, note STRING, PRIMARY KEY (id) NOT ENFORCED);
INSERT INTO kept (city, id) SELECT city, id FROM orders WHERE id IN (1, 4);
SELECT * FROM kept;
