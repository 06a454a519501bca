-- HAVING reads what is the same for all rows of a group
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB')) AS t(k, name);
SELECT k, SUM(v) FROM o GROUP BY k HAVING SUM(v) > (SELECT MAX(i.id) FROM o AS i WHERE i.id = o.id AND EXISTS (SELECT 1 FROM c WHERE c.k = i.k));
