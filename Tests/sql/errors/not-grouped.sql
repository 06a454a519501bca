-- a column outside of GROUP BY and aggregates
CREATE TABLE t (id INT, amount INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT amount, COUNT(*) FROM t GROUP BY id;
