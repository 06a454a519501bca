-- in batch mode no row is late, and windows see what operators before them keep until the end of the input
SET 'execution.runtime-mode' = 'batch';
SET 'pipeline.auto-watermark-interval' = '0';
CREATE TABLE orders (id BIGINT, city STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE visits (id INT, who STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'data/changes.visits.ndjson', 'format' = 'debezium-json');
CREATE VIEW places AS SELECT id, ts, COUNT(*) OVER (PARTITION BY city ORDER BY ts) AS place FROM orders;
SELECT 1 AS q, window_start, COUNT(*) AS n, SUM(id) AS s FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
SELECT 2 AS q, window_start, COUNT(*) AS n, SUM(n) AS s FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT 3 AS q, window_start, COUNT(*) AS n, SUM(place) AS s FROM TABLE(TUMBLE(TABLE places, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
