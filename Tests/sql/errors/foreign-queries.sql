-- words of other dialects, and what Flink refuses as well, say what is written instead
CREATE TABLE t (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
SELECT * FROM t TABLESAMPLE BERNOULLI (10);
SELECT * FROM t PIVOT (SUM(v) FOR s IN ('a', 'b'));
SELECT * FROM t AS x UNPIVOT (v FOR s IN (k, v));
SELECT SUM(v) OVER (ORDER BY k GROUPS 1 PRECEDING) FROM t;
SELECT SUM(v) OVER (ORDER BY k ROWS 1 PRECEDING EXCLUDE CURRENT ROW) FROM t;
SELECT k FROM t WHERE s ILIKE 'a';
SELECT DISTINCT ON (k) k FROM t;
SELECT k FROM t LIMIT 3, 5;
SELECT k FROM t EMIT CHANGES;
SELECT k FROM t FOR UPDATE;
