-- both INSERTs read one scan and fill their own tables
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE by_city (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED);
CREATE TABLE flags (ok BOOLEAN, n BIGINT, PRIMARY KEY (ok) NOT ENFORCED);
EXECUTE STATEMENT SET BEGIN
  INSERT INTO by_city SELECT city, COUNT(*) FROM orders WHERE city IS NOT NULL GROUP BY city;
  INSERT INTO flags SELECT ok, COUNT(*) FROM orders WHERE ok IS NOT NULL GROUP BY ok;
END;
SELECT city, n FROM by_city UNION ALL SELECT CAST(ok AS STRING), n FROM flags;
