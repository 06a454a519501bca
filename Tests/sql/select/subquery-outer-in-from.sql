-- columns from outside are not seen in every part of a subquery
CREATE TABLE t (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
SELECT k, (SELECT MAX(v) FROM (SELECT v FROM t AS b WHERE b.k = a.k)) FROM t AS a;
