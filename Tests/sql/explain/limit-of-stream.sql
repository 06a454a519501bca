-- LIMIT with the largest OFFSET over an endless stream is planned, as a Top-N without partition
CREATE TABLE t (id BIGINT) WITH ('connector' = 'tail', 'path' = 'data/orders.ndjson', 'format' = 'json');
EXPLAIN SELECT id FROM t ORDER BY id DESC LIMIT 9223372036854775807 OFFSET 9223372036854775807;
