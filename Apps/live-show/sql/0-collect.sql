-- Records that a producer left in files go to the topics the jobs read, a line a record. Producers that speak Kafka write to
-- the topics themselves (`millrace up Apps/live-show --kafka 127.0.0.1:9092`), and these files stay empty.
CREATE TABLE visit_file (line STRING) WITH (
  'connector' = 'tail',
  'path' = '${MILLRACE_LIVE_SHOW:-data}/live_streaming_log.ndjson*',
  'format' = 'raw'
);
CREATE TABLE gift_file (line STRING) WITH (
  'connector' = 'tail',
  'path' = '${MILLRACE_LIVE_SHOW:-data}/live_gift_total.ndjson*',
  'format' = 'raw'
);
CREATE TABLE visit_topic (line STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'live_streaming_log',
  'sink.delivery-guarantee' = 'exactly-once',
  'format' = 'raw'
);
CREATE TABLE gift_topic (line STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'live_gift_total',
  'sink.delivery-guarantee' = 'exactly-once',
  'format' = 'raw'
);

EXECUTE STATEMENT SET
BEGIN
INSERT INTO visit_topic SELECT line FROM visit_file;
INSERT INTO gift_topic SELECT line FROM gift_file;
END;
