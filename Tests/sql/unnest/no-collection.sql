-- what is no collection
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id FROM orders CROSS JOIN UNNEST(`order`.item) AS t(x);
