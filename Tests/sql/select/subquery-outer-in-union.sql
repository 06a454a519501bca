-- columns from outside are not seen in every part of a subquery
CREATE TABLE t (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
SELECT k FROM t AS a WHERE EXISTS (SELECT 1 FROM t WHERE t.k = a.k UNION SELECT 1 FROM t WHERE t.v = a.v);
