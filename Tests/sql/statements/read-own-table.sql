CREATE TABLE a (k INT) WITH ('connector' = 'filesystem', 'path' = 'data/x.csv', 'format' = 'csv', 'source.monitor-interval' = '1 s');
CREATE TABLE b (k INT);
INSERT INTO b SELECT k FROM a;
INSERT INTO b SELECT k + 1 FROM b;
