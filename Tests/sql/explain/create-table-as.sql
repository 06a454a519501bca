-- the plan of CREATE TABLE AS; the table is not made
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'a')) AS t(id, k);
EXPLAIN CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT id + 1 AS x FROM v;
SHOW TABLES;
