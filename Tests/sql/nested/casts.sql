-- casts of nested values part by part, to text, and what does not fit
CREATE TABLE orders (id INT, `order` ROW<item ROW<sku STRING, price DECIMAL(6, 2)>, `count` INT, tags ARRAY<STRING>>, props MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = 'data/nested.ndjson', 'format' = 'json');
SELECT id, CAST(`order` AS STRING), CAST(props AS STRING), CAST(props AS MAP<STRING, INT>)['ver'], TRY_CAST(`order`.tags AS ARRAY<INT>), CAST(`order`.item AS ROW<s CHAR(2), p INT>) FROM orders WHERE id <> 1 AND id <> 6 UNION ALL SELECT id, CAST(`order` AS VARCHAR(9)), '', 0, TRY_CAST(ARRAY['1', props['ver']] AS ARRAY<INT>), CAST(NULL AS ROW<s CHAR(2), p INT>) FROM orders WHERE id IN (1, 6);
