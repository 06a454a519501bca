-- the first row of a key where rows are taken back: the next one becomes the first
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT city, COUNT(*) FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY id) AS rn FROM t
) WHERE rn = 1 GROUP BY city;
