CREATE TABLE t (n INT) WITH (
    'connector' = 'kafka', 'topic' = 't', 'format' = 'csv', 'properties.auto.ofset.reset' = 'earliest');
SELECT n FROM t;
