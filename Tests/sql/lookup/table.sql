-- rows of result tables are looked up by their key, by part of it, and by another column; NULL finds nothing
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, code INT, PRIMARY KEY (city) NOT ENFORCED);
CREATE TABLE out1 (id BIGINT, region STRING, code INT);
CREATE TABLE out2 (id BIGINT, region STRING, code INT);
CREATE TABLE out3 (id BIGINT, city STRING, code BIGINT);
CREATE TABLE codes (code BIGINT, region STRING, name STRING, PRIMARY KEY (code, region) NOT ENFORCED);
INSERT INTO regions VALUES ('北京', 'North', 1), ('上海', 'East', 2), ('广东', 'South', 3), ('海南', 'South', 4);
INSERT INTO codes VALUES (1, 'North', 'a'), (2, 'East', 'b'), (2, 'West', 'c');
INSERT INTO out1 SELECT o.id, r.region, r.code FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code < 3;
INSERT INTO out2 SELECT o.id, r.region, r.code FROM orders AS o JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.id = r.code;
INSERT INTO out3 SELECT o.id, c.name, c.code FROM orders AS o JOIN codes FOR SYSTEM_TIME AS OF o.arrived AS c ON o.id = c.code;
SELECT 1 AS q, id, region, CAST(code AS BIGINT) AS code FROM out1 UNION ALL SELECT 2, id, region, code FROM out2 UNION ALL SELECT 3, id, city, code FROM out3;
