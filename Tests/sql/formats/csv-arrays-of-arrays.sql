-- one delimiter has no levels
CREATE TABLE t (a ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = 'data/never-made', 'format' = 'csv');
INSERT INTO t SELECT ARRAY[ARRAY[1]];
