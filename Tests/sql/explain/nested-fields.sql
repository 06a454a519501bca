-- fields of rows are columns of the scan; the rows themselves are not decoded
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>, ts AS CAST(`order`.item.sku AS TIMESTAMP(3)), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
CREATE VIEW priced AS SELECT `order`.item AS item, `order`.`count` AS c FROM orders WHERE `order` IS NOT NULL;
EXPLAIN SELECT a.item.price FROM priced AS a WHERE a.c > 1 UNION ALL SELECT b.item.price * 2 FROM priced AS b;
