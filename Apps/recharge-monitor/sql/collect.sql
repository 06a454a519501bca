-- From the log files of the nodes to the topic JsonData, a record for each line, byte by byte as it was written. Whoever
-- speaks Kafka can read the topic too, or write to it (`millrace up Apps/recharge-monitor --kafka 127.0.0.1:9092`).
--
-- How far each file has been read is stored with the lines that were read: a crash neither loses a line nor repeats one.
-- Lines can be read in the topic once they are stored, so that is done as soon as some have come.
SET 'execution.checkpointing.interval' = '20 ms';

CREATE TABLE log_files (line BYTES) WITH (
  'connector' = 'tail',
  'path' = '${MILLRACE_LOGS:-logs}/node-*/recharge.log*',
  'format' = 'raw'
);
CREATE TABLE JsonData (line BYTES) WITH (
  'connector' = 'kafka',
  'topic' = 'JsonData',
  'topic.partitions' = '4',
  -- The queries read a line within milliseconds; what stays is for others, to look at, and for the counting job where it was
  -- stopped for a while: behind the retention it could not go on.
  'topic.retention' = '3 d',
  'properties.compression.type' = 'lz4',
  'sink.delivery-guarantee' = 'exactly-once',
  'format' = 'raw'
);

INSERT INTO JsonData SELECT line FROM log_files;

RESET 'execution.checkpointing.interval';
