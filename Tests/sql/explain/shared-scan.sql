-- the INSERTs of a STATEMENT SET share one scan with the union of their columns
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE by_city (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
CREATE TABLE sums (ok BOOLEAN, amount BIGINT, PRIMARY KEY (ok) NOT ENFORCED);
EXPLAIN STATEMENT SET BEGIN
  INSERT INTO by_city SELECT city, COUNT(*) FROM orders WHERE city IS NOT NULL GROUP BY city;
  INSERT INTO sums SELECT ok, SUM(amount) FROM orders WHERE ok IS NOT NULL GROUP BY ok;
END;
