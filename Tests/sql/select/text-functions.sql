-- text functions count characters
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, CHAR_LENGTH(`user`), UPPER(`user`), SUBSTRING(`user`, 2, 2), city || '!', REPLACE(`user`, 'L', 'l'), POSITION('梅' IN `user`), LPAD(city, 4, '*'), REVERSE(city) FROM orders;
