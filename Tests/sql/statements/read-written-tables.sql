-- INSERTs read the result tables that others of the job write: with a key its newest rows, without one all of them
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE cities (city STRING, n BIGINT, doubled AS n * 2, PRIMARY KEY (city) NOT ENFORCED);
CREATE TABLE sizes (n BIGINT, cities BIGINT, doubled BIGINT, PRIMARY KEY (n) NOT ENFORCED);
CREATE TABLE newest (id BIGINT, city STRING, PRIMARY KEY (id) NOT ENFORCED);
CREATE TABLE logged (id BIGINT, city STRING);
CREATE TABLE counted (what STRING, n BIGINT);
INSERT INTO cities SELECT COALESCE(city, '-'), COUNT(*) FROM orders GROUP BY COALESCE(city, '-');
INSERT INTO sizes SELECT n, COUNT(*), SUM(doubled) FROM cities GROUP BY n;
INSERT INTO newest SELECT id, city FROM orders;
INSERT INTO logged SELECT id, city FROM orders;
INSERT INTO logged SELECT id, city FROM newest WHERE id > 4;
INSERT INTO counted SELECT 'newest', COUNT(*) FROM newest;
INSERT INTO counted SELECT 'logged', COUNT(*) FROM logged;
SELECT 'sizes' AS what, n, cities, doubled FROM sizes UNION ALL SELECT what, n, 0, 0 FROM counted;
