-- another table of the same name: each statement uses the one of its place
CREATE TABLE t AS SELECT 1 AS a, CAST('x' AS STRING) AS b;
SELECT * FROM t;
CREATE OR REPLACE TABLE t AS SELECT CAST('y' AS STRING) AS a;
SELECT * FROM t;
DROP TABLE t;
CREATE TABLE t (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED);
INSERT INTO t VALUES (1, 'a'), (1, 'b');
SELECT * FROM t;
SELECT IF(NULL, 1, 2), IF(CAST(NULL AS BOOLEAN), 'a', 'b');
