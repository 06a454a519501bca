CREATE TABLE numbers (n INT) WITH (
    'connector' = 'kafka', 'topic' = 'numbers', 'format' = 'csv', 'sink.delivery-guarantee' = 'exactly-once'
);
CREATE TABLE middle (n INT) WITH (
    'connector' = 'kafka', 'topic' = 'numbers', 'format' = 'csv',
    'scan.startup.mode' = 'specific-offsets', 'scan.startup.specific-offsets' = 'partition:0,offset:2',
    'scan.bounded.mode' = 'specific-offsets', 'scan.bounded.specific-offsets' = 'partition:0,offset:5'
);
CREATE TABLE bad (n INT NOT NULL, o BIGINT METADATA FROM 'offset') WITH (
    'connector' = 'kafka', 'topic' = 'mixed', 'format' = 'csv', 'on-error' = 'reject',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
CREATE TABLE texts (s STRING) WITH ('connector' = 'kafka', 'topic' = 'mixed', 'format' = 'raw');
INSERT INTO numbers VALUES (0), (1), (2), (3), (4), (5), (6);
INSERT INTO texts VALUES ('1'), ('x'), ('"3'), ('4');
SELECT n, CAST(NULL AS BIGINT) FROM middle;
SELECT n, o FROM bad;
