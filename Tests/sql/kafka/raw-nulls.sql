-- NULL is a record without value, in the key as in the value, and is read as NULL; an empty text is another thing
CREATE TABLE n (n INT, at_offset BIGINT METADATA FROM 'offset' VIRTUAL) WITH ('connector' = 'kafka', 'topic' = 'numbers', 'format' = 'raw',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'a');
INSERT INTO n VALUES (1), (NULL), (NULL), (2147483647), (NULL);
SELECT * FROM n;
SELECT COUNT(*), COUNT(n) FROM n;
CREATE TABLE t (k STRING, v STRING) WITH ('connector' = 'kafka', 'topic' = 'texts', 'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'raw',
  'value.fields-include' = 'EXCEPT_KEY', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'b');
INSERT INTO t VALUES ('a', 'x'), (NULL, 'y'), ('b', NULL), ('', ''), (NULL, NULL);
SELECT k IS NULL, k, v IS NULL, v FROM t;
CREATE TABLE flags (f BOOLEAN) WITH ('connector' = 'filesystem', 'path' = 'data/flags.raw', 'format' = 'raw');
SELECT f FROM flags;
