-- a connector of Flink that is not here yet is told from a misspelt one
CREATE TABLE t (id INT) WITH ('connector' = 'kafka', 'topic' = 'a', 'format' = 'json');
SELECT id FROM t;
