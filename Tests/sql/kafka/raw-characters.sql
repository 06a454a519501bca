-- texts as records in other character sets: what a set lacks is written as a question mark
CREATE TABLE gbk (s STRING) WITH ('connector' = 'kafka', 'topic' = 'raw-gbk', 'format' = 'raw', 'raw.charset' = 'GBK', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'a', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE gbk_bytes (b BYTES) WITH ('connector' = 'kafka', 'topic' = 'raw-gbk', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE wide (s STRING) WITH ('connector' = 'kafka', 'topic' = 'raw-wide', 'format' = 'raw', 'raw.charset' = 'UTF-16LE', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'b', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE wide_bytes (b BYTES) WITH ('connector' = 'kafka', 'topic' = 'raw-wide', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE marked (s STRING) WITH ('connector' = 'kafka', 'topic' = 'raw-marked', 'format' = 'raw', 'raw.charset' = 'UTF-16', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'c', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE marked_bytes (b BYTES) WITH ('connector' = 'kafka', 'topic' = 'raw-marked', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE latin (s STRING) WITH ('connector' = 'kafka', 'topic' = 'raw-latin', 'format' = 'raw', 'raw.charset' = 'ISO-8859-1', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'd', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE ascii_only (s STRING) WITH ('connector' = 'kafka', 'topic' = 'raw-ascii', 'format' = 'raw', 'raw.charset' = 'US-ASCII', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'e', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
INSERT INTO gbk VALUES ('数据'), ('a😀b'), ('');
INSERT INTO wide VALUES ('Ċ数'), ('😀'), ('line
end');
INSERT INTO marked VALUES ('数a');
INSERT INTO latin VALUES ('Straße 数');
INSERT INTO ascii_only VALUES ('Straße 😀');
SELECT s FROM gbk;
SELECT HEX(DECODE(b, 'ISO-8859-1')) FROM gbk_bytes;
SELECT s FROM wide;
SELECT HEX(DECODE(b, 'ISO-8859-1')) FROM wide_bytes;
SELECT s FROM marked;
SELECT HEX(DECODE(b, 'ISO-8859-1')) FROM marked_bytes;
SELECT s FROM latin;
SELECT s FROM ascii_only;
