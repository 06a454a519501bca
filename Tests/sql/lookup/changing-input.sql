-- rows that change are looked up each time they come and go
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, PRIMARY KEY (city) NOT ENFORCED);
INSERT INTO regions VALUES ('北京', 'North'), ('上海', 'East'), ('广东', 'South');
CREATE TABLE totals (region STRING, cities BIGINT, amount BIGINT, PRIMARY KEY (region) NOT ENFORCED);
INSERT INTO totals SELECT COALESCE(r.region, '-'), COUNT(*), SUM(o.amount) FROM (SELECT city, SUM(amount) AS amount, PROCTIME() AS arrived FROM orders GROUP BY city) AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city GROUP BY COALESCE(r.region, '-');
SELECT * FROM totals;
