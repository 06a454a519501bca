CREATE TABLE gifts (name STRING, place BIGINT METADATA FROM 'offset') WITH (
    'connector' = 'kafka', 'topic' = 'gifts', 'format' = 'json'
);
INSERT INTO gifts VALUES ('rocket', 7);
