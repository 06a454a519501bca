-- a name that lacks a word of another is taken for that one; the query behind it is looked at too
CREATE TABLE gift (kind INT, amount INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE gift_total_amount_sink (kind INT, amount BIGINT, PRIMARY KEY (kind) NOT ENFORCED);
INSERT INTO gift_total_sink SELECT kind, SUM(amont) FROM gift GROUP BY kind;
