-- the caches give the same rows where the table does not change; computed columns and filters of the table hold
CREATE TABLE orders (id BIGINT, city STRING, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
CREATE TABLE plain (city STRING, region STRING, code INT, twice AS code * 2) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv', 'lookup.max-retries' = '1', 'lookup.async' = 'true');
CREATE TABLE part (city STRING, region STRING, code INT, twice AS code * 2) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv', 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '2', 'lookup.partial-cache.expire-after-write' = '1 h', 'lookup.partial-cache.expire-after-access' = '10 min', 'lookup.partial-cache.cache-missing-key' = 'false');
CREATE TABLE whole (city STRING, region STRING, code INT, twice AS code * 2) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv', 'lookup.cache' = 'FULL', 'lookup.full-cache.reload-strategy' = 'TIMED', 'lookup.full-cache.timed-reload.iso-time' = '03:00Z');
CREATE TABLE embedded (city STRING, region STRING, code INT, PRIMARY KEY (city) NOT ENFORCED) WITH ('lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '1000');
INSERT INTO embedded SELECT city, region, code FROM plain;
CREATE TABLE joined (kind STRING, id BIGINT, region STRING, twice INT);
INSERT INTO joined SELECT 'none', o.id, r.region, r.twice FROM orders AS o LEFT JOIN plain FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code <> 3;
INSERT INTO joined SELECT 'part', o.id, r.region, r.twice FROM orders AS o LEFT JOIN part FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code <> 3;
INSERT INTO joined SELECT 'whole', o.id, r.region, r.twice FROM orders AS o LEFT JOIN whole FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code <> 3;
INSERT INTO joined SELECT 'embedded', o.id, r.region, r.code * 2 FROM orders AS o LEFT JOIN embedded FOR SYSTEM_TIME AS OF o.arrived AS r ON o.city = r.city AND r.code <> 3;
SELECT region, twice, id, COUNT(*) AS n, COUNT(DISTINCT kind) AS kinds FROM joined GROUP BY region, twice, id;
