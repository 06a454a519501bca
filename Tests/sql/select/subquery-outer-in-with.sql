-- columns from outside are not seen in every part of a subquery
CREATE TABLE t (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
SELECT k FROM t AS a WHERE EXISTS (WITH x AS (SELECT * FROM t WHERE t.k = a.k) SELECT 1 FROM x);
