CREATE TABLE gifts (name STRING, written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp') WITH (
    'connector' = 'kafka', 'topic' = 'gifts', 'format' = 'json'
);
INSERT INTO gifts VALUES ('rocket', TO_TIMESTAMP_LTZ(-5000, 3));
