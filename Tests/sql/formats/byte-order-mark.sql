-- a byte order mark belongs to no line
CREATE TABLE j (id INT, city STRING) WITH ('connector' = 'filesystem', 'path' = 'data/marked.ndjson', 'format' = 'json');
CREATE TABLE c (id INT, city STRING) WITH ('connector' = 'filesystem', 'path' = 'data/marked.csv', 'format' = 'csv');
SELECT 'json', id, city FROM j UNION ALL SELECT 'csv', id, city FROM c;
