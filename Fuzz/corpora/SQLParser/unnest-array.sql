-- elements of an array inside of a row, numbered, and the alias as the name of the only column
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, tag, n FROM orders AS o CROSS JOIN UNNEST(o.`order`.tags) WITH ORDINALITY AS t(tag, n) UNION ALL SELECT -id, tag, 0 FROM orders, UNNEST(`order`.tags) AS tag WHERE tag IS NOT NULL;
