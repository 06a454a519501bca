-- a field of CSV has no place for keys and values
CREATE TABLE t (id INT, m MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = 'data/arrays.csv', 'format' = 'csv');
SELECT id, m FROM t;
