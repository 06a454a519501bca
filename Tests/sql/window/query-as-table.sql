-- a query in brackets stands for the table of every window function, by place and by name
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, city STRING, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT 'tumble' AS how, CAST(NULL AS STRING) AS city, window_start, COUNT(*) AS n
FROM TABLE(TUMBLE((SELECT amount, ts FROM orders WHERE city IS NOT NULL), DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end
UNION ALL
SELECT 'named', CAST(NULL AS STRING), window_start, COUNT(*)
FROM TUMBLE(DATA => (SELECT * FROM orders WHERE city IS NOT NULL), TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' MINUTE)
GROUP BY window_start, window_end
UNION ALL
SELECT 'hop', city, window_start, COUNT(*)
FROM TABLE(HOP((SELECT city, ts FROM orders), DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))
WHERE city IS NOT NULL GROUP BY city, window_start, window_end
UNION ALL
SELECT 'cumulate', CAST(NULL AS STRING), window_end, COUNT(*)
FROM TABLE(CUMULATE((SELECT ts FROM orders UNION ALL SELECT ts FROM orders), DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '4' MINUTE))
GROUP BY window_start, window_end
UNION ALL
SELECT 'session', city, window_start, COUNT(*)
FROM TABLE(SESSION((SELECT city, ts FROM orders WHERE city IS NOT NULL) PARTITION BY city, DESCRIPTOR(ts), INTERVAL '50.500' SECOND))
GROUP BY city, window_start, window_end
UNION ALL
SELECT 'with', CAST(NULL AS STRING), window_start, COUNT(*)
FROM TUMBLE((WITH o AS (SELECT ts FROM orders) SELECT ts FROM o), DESCRIPTOR(ts), INTERVAL '1' HOUR)
GROUP BY window_start, window_end;
