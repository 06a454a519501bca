-- FOR SYSTEM_TIME AS OF processing time looks the row up in a bounded table
CREATE TABLE orders (id BIGINT, city STRING, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, `rank` INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT o.id, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city WHERE o.id > 2;
