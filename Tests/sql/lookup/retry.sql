-- rows that find nothing are asked for again, in order and out of it; then they are given up
CREATE TABLE orders (id BIGINT, city STRING, ts TIMESTAMP(3), arrived AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '10' MINUTE) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE regions (city STRING, region STRING, code INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
CREATE TABLE joined (kind STRING, id BIGINT, region STRING);
CREATE TABLE counted (we TIMESTAMP(3), n BIGINT, m BIGINT);
CREATE VIEW late AS SELECT /*+ LOOKUP('table' = 'r', 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '20 ms', 'max-attempts' = '2') */ o.id, o.ts, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code < 3;
INSERT INTO joined SELECT /*+ LOOKUP('table' = 'r', 'async' = 'true', 'output-mode' = 'ordered', 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '20 ms', 'max-attempts' = '3') */ 'ordered', o.id, r.region FROM orders AS o LEFT JOIN regions FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code < 3;
INSERT INTO joined SELECT /*+ LOOKUP('table' = 'regions', 'output-mode' = 'allow_unordered', 'capacity' = '10', 'timeout' = '3 s', 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '20 ms', 'max-attempts' = '2') */ 'unordered', o.id, regions.region FROM orders AS o JOIN regions FOR SYSTEM_TIME AS OF o.arrived ON o.city = regions.city AND regions.code < 3;
INSERT INTO counted SELECT window_end, COUNT(*), COUNT(region) FROM TUMBLE(TABLE late, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT kind, id, region FROM joined UNION ALL SELECT CAST(we AS STRING), n, CAST(m AS STRING) FROM counted;
