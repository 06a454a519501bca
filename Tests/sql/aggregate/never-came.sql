-- what is taken back from a group that has no rows is passed over
CREATE TABLE c (id INT, g STRING, v INT)
WITH ('connector' = 'filesystem', 'path' = 'data/never-came.ndjson', 'format' = 'debezium-json');
SELECT g, COUNT(*) AS n, SUM(v) AS total, MIN(v) AS least, MAX(v) AS most FROM c GROUP BY g;
