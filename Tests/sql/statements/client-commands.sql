-- words that Flink's client takes as commands: what follows QUIT is not looked at
CLEAR;
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT 1 AS x;
REPLACE TABLE t WITH ('connector' = 'blackhole') AS SELECT 1 AS x, 2 AS y;
DESCRIBE t;
SELECT 3 IN (SELECT 3), 3 IN (SELECT 4), 4 NOT IN (SELECT 4), NULLIF(4, 4) IN (SELECT 4);
QUIT;
SELECT nothing FROM nowhere;
