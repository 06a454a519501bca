-- the values of Kafka's own settings are checked before anything runs
CREATE TABLE t (n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'csv',
  'properties.isolation.level' = 'read-uncommitted', 'properties.commit.offsets.on.checkpoint' = 'flase',
  'properties.max.poll.records' = 'abc', 'properties.auto.offset.reset' = 'earlist');
SELECT n FROM t;
