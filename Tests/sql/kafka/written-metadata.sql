-- Metadata that is not VIRTUAL is written: the query's columns go to the columns in the order in which they are declared.
CREATE TABLE gifts (
    written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
    name STRING,
    headers MAP<STRING NOT NULL, BYTES> METADATA,
    place BIGINT METADATA FROM 'offset' VIRTUAL,
    price INT
) WITH (
    'connector' = 'kafka', 'topic' = 'gifts', 'format' = 'json', 'sink.delivery-guarantee' = 'exactly-once',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO gifts VALUES
    (TO_TIMESTAMP_LTZ(1700000000123, 3), 'rocket', MAP['trace', ENCODE('abc', 'UTF-8'), 'empty', ENCODE('', 'UTF-8')], 9),
    (CAST(NULL AS TIMESTAMP_LTZ(3)), 'flower', CAST(NULL AS MAP<STRING NOT NULL, BYTES>), 1),
    (TO_TIMESTAMP_LTZ(0, 3), 'card', MAP['none', CAST(NULL AS BYTES), 'some', ENCODE('x', 'UTF-8')], 2);
SELECT place, name, price, DECODE(headers['trace'], 'UTF-8'), DECODE(headers['some'], 'UTF-8'), CARDINALITY(headers),
    CASE WHEN name = 'flower' THEN written > TO_TIMESTAMP_LTZ(1700000000, 0)
        ELSE written IN (TO_TIMESTAMP_LTZ(0, 3), TO_TIMESTAMP_LTZ(1700000000123, 3)) END
FROM gifts;
-- A column that is not named gets no value: the time of writing, and no headers.
INSERT INTO gifts (price, name) VALUES (3, 'later');
SELECT name, price, CARDINALITY(headers), written > TO_TIMESTAMP_LTZ(1700000000, 0) FROM gifts WHERE place = 3;
-- The value has none of it.
CREATE TABLE texts (v STRING) WITH (
    'connector' = 'kafka', 'topic' = 'gifts', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset',
    'scan.bounded.mode' = 'latest-offset'
);
SELECT v FROM texts;
-- Of several rows with one key the last one counts, with its time.
CREATE TABLE totals (
    region STRING, newest TIMESTAMP(3) METADATA FROM 'timestamp', amount INT, PRIMARY KEY (region) NOT ENFORCED
) WITH (
    'connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json',
    'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO totals VALUES
    ('north', TIMESTAMP '2026-11-21 10:00:00', 1), ('south', TIMESTAMP '2026-11-21 10:00:01', 2),
    ('north', TIMESTAMP '2026-11-21 10:00:02', 5);
SELECT region, newest, amount FROM totals;
