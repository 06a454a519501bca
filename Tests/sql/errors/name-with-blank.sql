-- a blank within the quotes of a name is told where the name was given, once, and the query is looked at all the same
CREATE TABLE `visits ` (room INT, viewer INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE sums (room INT, viewers BIGINT, PRIMARY KEY (room) NOT ENFORCED);
INSERT INTO sums SELECT room, COUNT(*) FROM visits GROUP BY room;
INSERT INTO sums SELECT room, COUNT(*) FROM visits WHERE room > 1 GROUP BY room;
