-- whole numbers are not divided by zero
CREATE TABLE t (city STRING, region STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT 10 / (n - 2) FROM t;
