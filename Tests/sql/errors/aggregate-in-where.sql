-- an aggregate has no place in WHERE
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT id FROM t WHERE COUNT(*) > 1;
