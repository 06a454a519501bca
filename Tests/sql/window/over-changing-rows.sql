-- windows over the newest row of each key: what was taken back in time does not count
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW newest AS SELECT id, city, amount, ts FROM
  (SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY ts DESC) AS n FROM orders WHERE city IS NOT NULL) WHERE n = 1;
SELECT window_start, COUNT(*), SUM(amount), MAX(city) FROM TUMBLE(TABLE newest, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
