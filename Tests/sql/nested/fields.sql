-- fields of rows inside of rows, with and without the table's name, and where a row is NULL
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, `order`.item.sku, o.`order`.item.price * o.`order`.`count`, `order` IS NULL, o.`order`.item IS NOT NULL, CARDINALITY(`order`.tags) FROM orders AS o;
