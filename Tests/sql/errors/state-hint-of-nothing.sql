-- STATE_TTL names tables of its SELECT
CREATE TABLE orders (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/regions.csv', 'format' = 'csv');
SELECT /*+ STATE_TTL('order' = '1 d') */ id, COUNT(*) FROM orders GROUP BY id;
