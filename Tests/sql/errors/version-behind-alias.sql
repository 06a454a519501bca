-- FOR SYSTEM_TIME AS OF stands behind the alias, its condition names a column that is not there, and the sums do not fit:
-- all three are told at once
CREATE TABLE gift (viewer INT, amount INT, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE rooms (room INT, branch STRING) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE totals (branch BIGINT, amount BIGINT, PRIMARY KEY (branch) NOT ENFORCED);
INSERT INTO totals
SELECT r.branch, SUM(g.amount) FROM gift AS g
LEFT JOIN rooms AS r FOR SYSTEM_TIME AS OF g.arrived ON g.room = r.room
GROUP BY r.branch;
