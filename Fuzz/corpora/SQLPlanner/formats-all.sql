CREATE TABLE a (x INT) WITH ('connector'='kafka','topic'='t','format'='avro','avro.codec'='deflate');
CREATE TABLE n (remote_addr STRING) WITH ('connector'='tail','path'='p','format'='nginx');
CREATE TABLE r (x INT) WITH ('connector'='tail','path'='p','format'='regex','regex.pattern'='(?<x>[0-9]+)');
CREATE TABLE c LIKE n (OVERWRITING OPTIONS);
SELECT * FROM a; SELECT * FROM n; SELECT * FROM r;
