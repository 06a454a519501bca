-- DISTINCT split into buckets: several columns, FILTER, NULLs, averages; then over rows that are taken back, and without groups
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';
SET 'table.optimizer.distinct-agg.split.bucket-num' = '3';
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT city, COUNT(*), COUNT(DISTINCT id), COUNT(DISTINCT `user`) FILTER (WHERE amount > 0), SUM(DISTINCT amount), AVG(DISTINCT amount), AVG(price), MIN(price),
  MAX(ts), COUNT(DISTINCT `user`), SUM(price) FILTER (WHERE ok), COUNT(price) FROM orders GROUP BY city;
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 3), ('a', 'x', 4), (CAST(NULL AS STRING), 'y', 5), ('c', 'y', 4), ('c', 'y', -2), ('d', 'x', 5)) AS v(k, l, n);
CREATE VIEW changing AS SELECT l, k, SUM(n) AS s, COUNT(*) AS c FROM t GROUP BY l, k;
SELECT l, COUNT(DISTINCT s), SUM(DISTINCT s), COUNT(DISTINCT c) FILTER (WHERE s > 2), MIN(s), MAX(c), AVG(s), COUNT(*) FROM changing GROUP BY l;
SELECT COUNT(DISTINCT s), SUM(DISTINCT s), AVG(DISTINCT c), COUNT(DISTINCT k) FROM changing;
SELECT COUNT(DISTINCT s), SUM(DISTINCT s), MAX(c), AVG(s) FROM changing WHERE l = 'z';
SELECT l, k, COUNT(DISTINCT n) FROM t GROUP BY ROLLUP (l, k);
SELECT l, COUNT(DISTINCT n), LISTAGG(DISTINCT k), SUM(CAST(n AS DOUBLE)) FROM t WHERE k = 'a' GROUP BY l;
