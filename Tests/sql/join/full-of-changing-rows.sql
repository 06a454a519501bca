-- both sides change: sums of a city beside the number of its regions
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT o.city, o.total, r.n FROM (SELECT city, SUM(amount) AS total FROM orders GROUP BY city) AS o FULL JOIN (SELECT city, COUNT(*) AS n FROM regions GROUP BY city) AS r ON o.city = r.city;
