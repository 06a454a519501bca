SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE logs, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) WHERE window_start > '2026-01-01' AND qty > 1 GROUP BY window_start, window_end;
