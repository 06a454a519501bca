-- UNNEST alone, and of a multiset: each element as often as it is counted
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT 'alone', CAST(x AS STRING) FROM UNNEST(ARRAY[1, 2, CAST(NULL AS INT)]) AS t(x) UNION ALL SELECT 'multiset', y FROM (SELECT COLLECT(`order`.item.sku) AS skus FROM orders) CROSS JOIN UNNEST(skus) AS t(y);
