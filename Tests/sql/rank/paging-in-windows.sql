-- numbers two and three of each window, after a window aggregation
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT window_start, city, n, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_end, window_start ORDER BY n DESC, city) AS rn
  FROM (SELECT window_start, window_end, city, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, city)
) WHERE rn BETWEEN 2 AND 3;
