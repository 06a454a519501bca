-- a key over a column that is not there; the table is known all the same, so the INSERT is checked against it
CREATE TABLE gift (kind STRING, amount INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE totals (kind BIGINT, amount BIGINT, PRIMARY KEY (viewer, kind) NOT ENFORCED);
INSERT INTO totals SELECT kind, SUM(amount) FROM gift GROUP BY kind;
