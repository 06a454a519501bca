-- set operations follow rows that are taken back on either side
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT city FROM t WHERE id < 3 EXCEPT SELECT city FROM t WHERE id = 2
UNION ALL
SELECT city FROM t INTERSECT SELECT city FROM t WHERE amount > 10.6;
