-- windows by the clock: which rows share a window depends on the time of day, their sum does not
CREATE TABLE orders (id BIGINT, city STRING, arrived AS PROCTIME())
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE VIEW windows AS SELECT city, window_start, window_end, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(arrived), INTERVAL '10' SECOND)) GROUP BY city, window_start, window_end;
CREATE VIEW sessions AS SELECT SESSION_START(arrived, INTERVAL '1' HOUR) AS s, SESSION_END(arrived, INTERVAL '1' HOUR) AS e,
  SESSION_PROCTIME(arrived, INTERVAL '1' HOUR) AS p, COUNT(*) AS n FROM orders GROUP BY SESSION(arrived, INTERVAL '1' HOUR);
SELECT 'windows' AS what, city, SUM(n), SUM(TIMESTAMPDIFF(SECOND, window_start, window_end)) / COUNT(*) FROM windows GROUP BY city
UNION ALL SELECT 'session', CAST(NULL AS STRING), n, TIMESTAMPDIFF(HOUR, s, e) FROM sessions;
