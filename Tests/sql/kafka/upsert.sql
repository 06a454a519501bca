CREATE TABLE totals (
    region STRING, amount BIGINT, PRIMARY KEY (region) NOT ENFORCED
) WITH (
    'connector' = 'upsert-kafka', 'topic' = 'totals', 'topic.partitions' = '2', 'key.format' = 'json', 'value.format' = 'json',
    'scan.bounded.mode' = 'latest-offset'
);
CREATE TABLE records (k STRING, v STRING) WITH (
    'connector' = 'kafka', 'topic' = 'totals', 'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'raw',
    'value.fields-include' = 'EXCEPT_KEY', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO totals SELECT region, SUM(amount) FROM (
    VALUES ('north', 1), ('south', 2), ('north', 5), ('east', 7)) AS t(region, amount) GROUP BY region;
SELECT region, amount FROM totals;
INSERT INTO totals VALUES ('south', CAST(20 AS BIGINT)), ('west', 4);
SELECT region, amount FROM totals;
SELECT COUNT(*), SUM(amount) FROM totals;
