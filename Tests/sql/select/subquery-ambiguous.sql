-- a name that two tables of FROM have does not mean a column outside
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB')) AS t(k, name);
SELECT name, (SELECT COUNT(*) FROM o JOIN o AS p ON o.id = p.id WHERE k = 'a') FROM c;
