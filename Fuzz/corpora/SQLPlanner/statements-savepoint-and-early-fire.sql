SET 'execution.state-recovery.path' = '/b/s'; SET 'execution.savepoint.path' = '/b'; SET 'table.exec.state.ttl' = '1 h';
SET 'table.exec.emit.early-fire.enabled' = 'true'; SET 'table.exec.emit.early-fire.delay' = '10 s'; SET 'table.exec.emit.allow-lateness' = '1 min';
INSERT INTO totals SELECT city, COUNT(*) FROM logs GROUP BY city;
SELECT city, SESSION_START(ts, INTERVAL '5' MINUTE), COUNT(DISTINCT id) FROM logs GROUP BY city, SESSION(ts, INTERVAL '5' MINUTE);
SELECT window_start, city, SUM(price) OVER (PARTITION BY city ORDER BY window_time) FROM TABLE(CUMULATE(TABLE logs, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)) GROUP BY window_start, window_end, window_time, city, price;
