-- QUALIFY over any function with OVER, in batch mode
SET 'execution.runtime-mode' = 'batch';
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3), ('a', 4), ('b', 5), ('b', 3)) AS x(k, v);
SELECT k, v FROM t QUALIFY v > AVG(v) OVER (PARTITION BY k) OR COUNT(*) OVER (PARTITION BY k, v) > 1;
SELECT k, v, SUM(v) OVER w AS s FROM t WHERE v > 1 WINDOW w AS (PARTITION BY k) QUALIFY s < 10;
