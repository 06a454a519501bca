-- partitions are the folders of a path: there is no list that they could be added to
CREATE TABLE f (k INT, d STRING) PARTITIONED BY (d) WITH ('connector' = 'filesystem', 'path' = 'data/none', 'format' = 'json');
ALTER TABLE f ADD IF NOT EXISTS PARTITION (d = '1') WITH ('a' = 'b') PARTITION (d = '2');
