CREATE TABLE days (id INT, dt STRING) PARTITIONED BY (dt)
WITH ('connector' = 'filesystem', 'path' = 'data/nowhere', 'format' = 'csv');
INSERT INTO days PARTITION (dx = '2026-08-01') SELECT 1;
