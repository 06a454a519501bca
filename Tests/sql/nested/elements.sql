-- elements by index and key, beyond the ends and of NULL
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, `order`.tags[1], `order`.tags[id], props['os'], ARRAY[ROW(1, 'x'), ROW(id, 'y')][2].EXPR$0, MAP['k', `order`]['k'].item.sku FROM orders;
