-- changes of the input are changes of its elements: counts of elements over an aggregate that is updated
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT sku, COUNT(*) FROM (SELECT `order`.item.sku AS sku, COUNT(*) AS c, ARRAY[COUNT(*), 7] AS a FROM orders GROUP BY `order`.item.sku) CROSS JOIN UNNEST(a) AS t(x) WHERE x > 1 GROUP BY sku;
