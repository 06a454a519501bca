-- comparison of nested values, and membership
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, props = MAP['ver', '7', 'os', 'ios'], `order`.tags <> ARRAY['new', 'old'], (`order`.`count`, id) IN ((2, 1), (2, 6), (1, 9)), `order`.item IS DISTINCT FROM ROW('a1', CAST(2.5 AS DECIMAL(6, 2))) FROM orders;
