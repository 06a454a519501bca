-- parsing, formatting and arithmetic of times
CREATE TABLE orders (id BIGINT, `user` STRING, city STRING, amount BIGINT, price DECIMAL(10, 2), ok BOOLEAN, ts TIMESTAMP(3),
  arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT id, DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm'), FLOOR(ts TO MINUTE), EXTRACT(SECOND FROM ts), ts + INTERVAL '1' DAY, TIMESTAMPDIFF(SECOND, TIMESTAMP '2026-11-01 10:00:00', ts), TO_TIMESTAMP('20261101100000123', 'yyyyMMddHHmmssSSS') FROM orders WHERE id IN (1, 3, 6);
