-- rows with the greatest, and with the least, value of their window: ties all, NULLs none; conditions of the left, none of the right
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW counts AS SELECT city, window_start AS ws, window_end AS we, COUNT(*) AS n, SUM(amount) AS total
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '2' MINUTE)) GROUP BY city, window_start, window_end;
SELECT 'most', c.city, c.ws, c.n FROM counts AS c JOIN (SELECT ws, we, MAX(n) AS top FROM counts GROUP BY ws, we) AS m
ON c.ws = m.ws AND c.we = m.we AND c.n >= m.top;
SELECT 'equal', c.city, c.ws, c.n FROM counts AS c JOIN (SELECT ws, we, MAX(n) AS top FROM counts GROUP BY ws, we) AS m
ON m.ws = c.ws AND m.we = c.we AND m.top = c.n;
SELECT 'least', c.city, c.ws, c.total FROM counts AS c JOIN (SELECT ws, we, MIN(total) AS low FROM counts GROUP BY ws, we) AS m
ON c.ws = m.ws AND c.we = m.we WHERE m.low >= c.total AND c.city <> 'x';
SELECT 'some', c.city, c.ws, c.total FROM counts AS c JOIN (SELECT ws, we, MAX(total) AS top FROM counts WHERE city <> '上海' GROUP BY ws, we) AS m
ON c.ws = m.ws AND c.we = m.we AND c.total >= m.top;
SELECT 'in', c.city, c.ws FROM counts AS c WHERE c.n IN (SELECT MAX(n) FROM counts AS d GROUP BY d.ws, d.we HAVING d.ws < TIMESTAMP '2026-11-01 10:00:00');
