SELECT window_start, MAX(qty) FROM TUMBLE(DATA => TABLE logs, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '2' MINUTES, `OFFSET` => INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
