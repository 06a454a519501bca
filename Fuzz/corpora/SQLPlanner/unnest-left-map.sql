-- LEFT JOIN keeps rows without elements; keys and values of a map
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, k, v FROM orders LEFT JOIN UNNEST(props) AS p(k, v) ON TRUE;
