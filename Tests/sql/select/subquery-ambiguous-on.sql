-- a name that both sides of a join have does not mean the right one
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB')) AS t(k, name);
SELECT o.id, c.name FROM o LEFT JOIN c ON o.k = c.k AND k IN (SELECT 'a');
