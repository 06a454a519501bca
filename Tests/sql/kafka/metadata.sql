CREATE TABLE words (
    word STRING,
    t STRING NOT NULL METADATA FROM 'topic' VIRTUAL,
    p INT METADATA FROM 'partition' VIRTUAL,
    o BIGINT METADATA FROM 'offset' VIRTUAL,
    written TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,
    kind STRING METADATA FROM 'timestamp-type' VIRTUAL,
    epoch INT METADATA FROM 'leader-epoch' VIRTUAL,
    h MAP<STRING NOT NULL, BYTES> METADATA FROM 'headers' VIRTUAL
) WITH (
    'connector' = 'kafka', 'topic' = 'words', 'format' = 'raw',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO words VALUES ('one'), ('two
lines'), (''), ('four');
SELECT t, p, o, word, kind, epoch, written > TIMESTAMP '2020-01-01 00:00:00', CARDINALITY(h) FROM words;
SELECT COUNT(*), MAX(o) FROM words;
