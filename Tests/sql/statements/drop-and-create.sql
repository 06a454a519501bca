-- a dropped name is free again; IF NOT EXISTS keeps what is there
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
DROP TABLE orders;
CREATE TABLE regions (city STRING, region STRING, `rank` INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE orders (city STRING, region STRING, `rank` INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE IF NOT EXISTS orders (nothing INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
DROP TABLE IF EXISTS never_there;
SELECT `rank` FROM orders;
