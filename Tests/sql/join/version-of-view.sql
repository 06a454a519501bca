-- each row with the row of its city before it
CREATE TABLE orders (id INT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, area STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE VIEW latest AS SELECT city, amount, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY ts DESC) AS rn FROM (SELECT * FROM orders WHERE id < 4)) WHERE rn = 1;
SELECT o.id, o.city, v.amount AS held FROM orders AS o LEFT JOIN latest FOR SYSTEM_TIME AS OF o.ts AS v ON o.city = v.city;
