-- TRUNCATE says what to write instead
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/none', 'format' = 'json');
TRUNCATE TABLE t;
