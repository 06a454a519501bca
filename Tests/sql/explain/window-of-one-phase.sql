-- what must know each value, or the order of values, has one phase
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
EXPLAIN SELECT window_start, COUNT(DISTINCT city), SUM(CAST(amount AS DOUBLE))
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
