-- arrays and rows in fields of CSV: elements between semicolons, what cannot be read rejects the line or is NULL
CREATE TABLE t (id INT, a ARRAY<INT>, s ARRAY<STRING>, r ROW<x INT, y STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/arrays.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true', 'csv.null-literal' = 'n/a');
SELECT id, a, s, r, r.y, CARDINALITY(s) FROM t;
