-- aggregations over windows in two phases, and over their windows; counts of distinct values and sums of floats have one
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
EXPLAIN SELECT ws, MAX(n) FROM (
  SELECT city, window_start AS ws, window_end AS we, SUM(amount) FILTER (WHERE id > 1) AS n
  FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)) GROUP BY city, window_start, window_end
) GROUP BY ws, we;
