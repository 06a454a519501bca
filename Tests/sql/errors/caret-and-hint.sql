-- the message shows the line, marks the place and names the nearest column
CREATE TABLE t (id INT, amount INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT id, amout FROM t;
