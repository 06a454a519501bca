-- the second subquery must not make forgotten what the first one reads
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB')) AS t(k, name);
SELECT k, SUM(v), (SELECT MAX(i.id) FROM o AS i WHERE i.id = o.id), (SELECT MAX(name) FROM c WHERE c.k = o.k) FROM o GROUP BY k;
