-- a misspelt option of a result table
CREATE TABLE t (id INT) WITH ('max-row' = '10');
SELECT id FROM t;
