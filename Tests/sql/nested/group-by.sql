-- rows, arrays and maps as keys of groups; equal values are equal in whatever order their parts came
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT `order`.item, props, COUNT(*), SUM(`order`.`count`) FROM orders GROUP BY `order`.item, props;
