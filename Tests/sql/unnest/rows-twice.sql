-- rows as elements give their fields, those that are NULL no row; conditions, computed arrays, unnesting twice
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, a, b, tag FROM orders CROSS JOIN UNNEST(ARRAY[ROW(id, 'x'), CAST(NULL AS ROW<i INT, s STRING>), ROW(id * 10, props['os'])]) AS r(a, b) CROSS JOIN UNNEST(`order`.tags) AS t(tag) WHERE a <> 10 AND tag LIKE 'n%';
