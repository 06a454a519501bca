-- a result table keyed by another column than the query: the row that came last and stands
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
CREATE TABLE by_city (city STRING, id INT, total DECIMAL(38, 2), PRIMARY KEY (city) NOT ENFORCED);
INSERT INTO by_city SELECT MAX(city), id, SUM(amount) FROM t GROUP BY id;
SELECT city, id, total FROM by_city;
