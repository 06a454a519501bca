-- times of nine digits in json, also inside of arrays and rows, with NULLs between them
CREATE TABLE t (id INT, t TIMESTAMP(9), z TIMESTAMP_LTZ(8), a ARRAY<TIMESTAMP(9)>, r ROW<t TIMESTAMP(9), n INT>)
WITH ('connector' = 'filesystem', 'path' = 'data/nanoseconds.ndjson', 'format' = 'json');
SELECT id, t, z, a, r, r.t, a[1] FROM t;
