CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
SELECT * FROM g /*+ OPTIONS('rows-per-second' = 'fast') */;
