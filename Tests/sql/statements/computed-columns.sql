-- computed columns build on physical ones and on each other's sources, and may come first
CREATE TABLE orders (
  yuan AS CAST(amount AS DECIMAL(10, 2)) / 100,
  id BIGINT,
  amount INT,
  label AS UPPER(`user`) || '#' || CAST(id AS STRING),
  `user` STRING
) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT * FROM orders WHERE id IN (1, 3, 4);
