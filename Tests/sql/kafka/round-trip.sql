-- Without a broker's address a table is a topic of this process: rows written by one job are read by the next.
CREATE TABLE gifts (
    id BIGINT, name STRING, price DECIMAL(10, 2), sent TIMESTAMP(3), note STRING
) WITH (
    'connector' = 'kafka', 'topic' = 'gifts', 'topic.partitions' = '3', 'format' = 'json',
    'key.format' = 'raw', 'key.fields' = 'name',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
);
INSERT INTO gifts VALUES
    (1, '火箭', 9.90, TIMESTAMP '2026-11-21 10:00:00', 'a "quoted" text'),
    (2, '花', 0.10, TIMESTAMP '2026-11-21 10:00:01', CAST(NULL AS STRING)),
    (3, '火箭', 9.90, TIMESTAMP '2026-11-21 10:00:02.5', 'line
end');
SELECT COUNT(*) FROM gifts;
INSERT INTO gifts SELECT id + 10, name, price * 2, sent, 'again' FROM gifts WHERE name <> '花';
SELECT id, name, price, sent, note FROM gifts;
