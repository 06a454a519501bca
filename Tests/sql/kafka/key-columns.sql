-- Key columns live in the key alone; those without the prefix are its names there.
CREATE TABLE visits (
    k_user BIGINT, k_room STRING, seconds INT
) WITH (
    'connector' = 'kafka', 'topic' = 'visits', 'key.format' = 'json', 'key.fields' = 'k_user;k_room', 'key.fields-prefix' = 'k_',
    'value.format' = 'csv', 'value.fields-include' = 'EXCEPT_KEY',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
CREATE TABLE raw_visits (k STRING, v STRING) WITH (
    'connector' = 'kafka', 'topic' = 'visits', 'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'raw',
    'value.fields-include' = 'EXCEPT_KEY', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO visits VALUES (1, 'a', 30), (2, 'b', 40), (1, 'b', 50);
SELECT k_user, k_room, seconds FROM visits;
SELECT k, v FROM raw_visits;
