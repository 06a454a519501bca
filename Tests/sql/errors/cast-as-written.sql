-- the hint repeats the expression as it is written, not the name of its result
CREATE TABLE s (r ROW<section_id STRING>) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
CREATE TABLE t (section_id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO t SELECT s.r.section_id AS m FROM s;
