-- what a table holds when the rows come: an earlier INSERT that ends is there first, and later ones change it
CREATE TABLE orders (id BIGINT, city STRING, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, PRIMARY KEY (city) NOT ENFORCED);
CREATE TABLE joined (step INT, id BIGINT, region STRING);
INSERT INTO joined SELECT 0, o.id, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city WHERE o.id = 1;
INSERT INTO regions VALUES ('北京', 'North'), ('上海', 'East');
INSERT INTO joined SELECT 1, o.id, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city WHERE o.id < 5;
INSERT INTO regions VALUES ('北京', 'Capital'), ('广东', 'South');
INSERT INTO joined SELECT 2, o.id, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city WHERE o.id < 5;
SELECT * FROM joined;
