-- a connector of Flink that is not here yet is told from a misspelt one
CREATE TABLE t (id INT) WITH ('connector' = 'hbase-2.2', 'table-name' = 'a', 'zookeeper.quorum' = 'h:2181');
SELECT id FROM t;
