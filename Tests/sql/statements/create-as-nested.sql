-- CREATE TABLE … AS takes over columns of every type, at any depth
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
CREATE TABLE copied AS SELECT * FROM orders;
CREATE TABLE made AS SELECT id, ARRAY[1, CAST(NULL AS INT)] AS a, MAP['k', ARRAY[TRUE]] AS m, ROW(1, ROW('x', DATE '2026-11-22')) AS r,
  INTERVAL '5 10:00:00' DAY TO SECOND AS i, INTERVAL '2-3' YEAR TO MONTH AS y FROM orders WHERE id = 1;
CREATE TABLE collected AS SELECT COLLECT(x) AS c FROM (VALUES (1), (2), (2)) AS t(x);
DESCRIBE made;
DESCRIBE collected;
SELECT id, `order`, props FROM copied;
SELECT id, a, m, r, CAST(i AS STRING), CAST(y AS STRING) FROM made;
SELECT c FROM collected;
