SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE made, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, k;
