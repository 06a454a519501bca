CREATE TABLE a (id BIGINT NOT NULL, fee DECIMAL(10, 2), at TIMESTAMP(3), tags ARRAY<STRING>, m MAP<STRING, INT>, r ROW<x INT, y DOUBLE>) WITH ('connector' = 'filesystem', 'path' = 'a', 'format' = 'avro', 'avro.codec' = 'null', 'avro.timestamp_mapping.legacy' = 'false');
CREATE TABLE g (ip STRING, n INT, t TIMESTAMP(9)) WITH ('connector' = 'filesystem', 'path' = 'g', 'format' = 'regex', 'regex.pattern' = '(?<ip>\S+) (?<n>\d+) (?<t>.*)');
CREATE TABLE w (l STRING) WITH ('connector' = 'filesystem', 'path' = 'w', 'format' = 'raw', 'raw.charset' = 'UTF-8');
INSERT INTO a SELECT n, CAST(n AS DECIMAL(10, 2)), t, ARRAY[ip], MAP[ip, n], ROW(n, 1.5E0) FROM g; SELECT r.x, m['k'], tags[1], CARDINALITY(tags) FROM a;
