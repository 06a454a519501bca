-- rows of an interval of time; what has no partner comes alone
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT a.id, b.id AS other FROM orders AS a FULL JOIN (SELECT * FROM orders WHERE id > 2) AS b ON a.city = b.city AND b.ts BETWEEN a.ts - INTERVAL '10' SECOND AND a.ts + INTERVAL '1' MINUTE;
