-- rows that are updated and deleted leave the first places, and others move up
CREATE TABLE t (id INT, city STRING, amount DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem', 'path' = 'data/changes.debezium.ndjson', 'format' = 'debezium-json');
SELECT city, id, amount, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY CHAR_LENGTH(city) ORDER BY amount DESC) AS rn FROM t
) WHERE rn <= 1;
