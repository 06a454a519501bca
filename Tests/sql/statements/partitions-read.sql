-- The partition columns come from the names of the folders; a file in no partition is not read.
CREATE TABLE days (id INT, dt DATE, name STRING, `hour` INT)
PARTITIONED BY (dt, `hour`)
WITH ('connector' = 'filesystem', 'path' = 'data/by-day', 'format' = 'csv');
SELECT dt, id, `hour`, name FROM days;
SELECT COUNT(*) AS n, MAX(dt) AS newest FROM days WHERE dt < DATE '2026-08-02';
SELECT dt FROM days;
