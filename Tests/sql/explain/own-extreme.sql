-- rows that are behind others of their window do not travel to a join with its greatest value
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW counts AS SELECT city, window_start AS ws, window_end AS we, COUNT(*) AS n
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)) GROUP BY city, window_start, window_end;
EXPLAIN SELECT c.city, c.n FROM counts AS c JOIN (SELECT ws, we, MAX(n) AS top FROM counts GROUP BY ws, we) AS m
ON c.ws = m.ws AND c.we = m.we AND c.n >= m.top;
