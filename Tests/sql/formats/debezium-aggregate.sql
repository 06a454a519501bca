-- an aggregate over a change log takes back what an update or delete undoes
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT city, COUNT(*), SUM(amount) FROM t GROUP BY city;
