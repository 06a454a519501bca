-- nor where it is written
CREATE TABLE t (id INT, m MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = 'data/never-made', 'format' = 'csv');
INSERT INTO t SELECT 1, MAP['a', 1];
