-- what is taken back leaves its session, whose bounds stay; nothing is left of a session without rows
CREATE TABLE visits (id INT, who STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '6' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'data/changes.visits.ndjson', 'format' = 'debezium-json');
SELECT 1 AS q, who, window_start, window_end, COUNT(*) AS n, SUM(n) AS s, MIN(n) AS m FROM TABLE(SESSION(TABLE visits PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY who, window_start, window_end;
SELECT 2 AS q, who, SESSION_START(ts, INTERVAL '5' SECOND) AS ws, SESSION_END(ts, INTERVAL '5' SECOND) AS we, COUNT(DISTINCT n) AS d, LISTAGG(CAST(n AS STRING)) AS l FROM visits GROUP BY who, SESSION(ts, INTERVAL '5' SECOND);
SELECT 3 AS q, * FROM TABLE(SESSION(TABLE visits PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND));
SELECT 4 AS q, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE visits, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE n > 3 GROUP BY window_start, window_end;
