-- the name of the file is metadata of the connector; the column may have another name
CREATE TABLE regions (city STRING, region STRING, `rank` INT, source STRING NOT NULL METADATA FROM 'file.name' VIRTUAL)
WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT city, source FROM regions;
