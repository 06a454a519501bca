-- CREATE TABLE … AS takes columns and rows of a query, and LIKE the columns and options of a table
CREATE TABLE regions (city STRING, region STRING, `rank` INT) WITH ('connector' = 'filesystem', 'path' = 'data/nothing.csv', 'format' = 'csv');
CREATE TABLE there (shout AS UPPER(region)) WITH ('path' = 'data/regions.csv') LIKE regions;
CREATE TABLE copy AS SELECT shout, `rank` + 1 AS following FROM there WHERE `rank` < 3;
SELECT * FROM copy;
