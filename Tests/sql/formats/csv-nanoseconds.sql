-- times of more than six digits in csv
CREATE TABLE t (id INT, t TIMESTAMP(9), z TIMESTAMP_LTZ(7))
WITH ('connector' = 'filesystem', 'path' = 'data/nanoseconds.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM t;
