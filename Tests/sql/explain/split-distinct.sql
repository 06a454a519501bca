-- aggregations with DISTINCT in two steps: by a bucket of the values, one for each set of columns, then over the buckets
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, ok BOOLEAN)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';
SET 'table.optimizer.distinct-agg.split.bucket-num' = '16';
EXPLAIN SELECT city, COUNT(*), COUNT(DISTINCT `user`), COUNT(DISTINCT amount) FILTER (WHERE ok), AVG(amount) FROM orders GROUP BY city;
