-- FULL JOIN pads both sides, NULL keys match nothing
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT o.id, o.city, r.city AS region, r.area FROM orders AS o FULL JOIN regions AS r ON o.city = r.city;
