-- what the dialect has and Millrace does not yet is said so
CREATE TABLE a (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE b (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT a.id FROM a CROSS JOIN LATERAL (SELECT MAX(b.id) AS m FROM b WHERE b.id = a.id HAVING COUNT(*) > 1) AS c;
