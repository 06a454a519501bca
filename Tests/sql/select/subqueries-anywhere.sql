-- subqueries that read columns from outside in SELECT, CASE, HAVING, ORDER BY, GROUP BY, aggregates and ON
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5), (4, 'c', 7)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB'), ('d', 'D'), (CAST(NULL AS STRING), 'N')) AS t(k, name);
-- COUNT of nothing is 0, SUM of it NULL
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k) AS n, (SELECT SUM(v) FROM o WHERE o.k = c.k) AS s FROM c ORDER BY name;
SELECT name, CASE WHEN (SELECT MAX(v) FROM o WHERE o.k = c.k) > 9 THEN 'big' ELSE 'small' END FROM c ORDER BY name;
-- other conditions than equalities
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k > c.k) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k AND o.v > CHAR_LENGTH(c.name) * 4) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k OR c.k IS NULL) AS n FROM c ORDER BY name;
-- columns from outside in other places than WHERE
SELECT name, (SELECT MAX(v) + CHAR_LENGTH(c.name) FROM o WHERE o.k = c.k) AS m FROM c ORDER BY name;
SELECT name, (SELECT CONCAT(c.name, '-', MAX(o.k)) FROM o WHERE o.k = c.k) AS m FROM c ORDER BY name;
SELECT name, (SELECT MAX(v) FROM o WHERE o.k = c.k HAVING COUNT(*) > 1) AS m FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k HAVING COUNT(*) = 0) AS m FROM c ORDER BY name;
SELECT name, (SELECT SUM(v + CHAR_LENGTH(c.name)) FROM o WHERE o.k = c.k GROUP BY o.k) AS m FROM c ORDER BY name;
SELECT name, (SELECT v FROM o WHERE o.v > CHAR_LENGTH(c.name) * 4 ORDER BY v LIMIT 1) AS m FROM c ORDER BY name;
SELECT name, (SELECT UPPER(c.k)) AS u FROM c ORDER BY name;
-- two levels
SELECT name FROM c WHERE EXISTS (SELECT 1 FROM o WHERE o.k = c.k AND EXISTS (SELECT 1 FROM o AS p WHERE p.id = o.id + 1 AND p.k = c.k));
SELECT name, EXISTS (SELECT 1 FROM o WHERE o.k < c.k) AS e, c.k IN (SELECT o.k FROM o WHERE o.v > CHAR_LENGTH(c.name) * 4) AS i FROM c ORDER BY name;
-- behind an aggregation
SELECT k, SUM(v) AS s, (SELECT MAX(name) FROM c WHERE c.k = o.k) AS name FROM o GROUP BY k ORDER BY k;
SELECT k, SUM(v) AS s FROM o GROUP BY k HAVING SUM(v) > (SELECT 20 * COUNT(*) FROM c WHERE c.k = o.k) ORDER BY k;
SELECT COUNT(*) AS n, (SELECT MAX(v) FROM o) AS m FROM c WHERE name = 'nobody';
SELECT SUM((SELECT COUNT(*) FROM o WHERE o.k = c.k)) AS n FROM c;
SELECT (SELECT COUNT(*) FROM o WHERE o.k = c.k) AS n, COUNT(*) AS names FROM c GROUP BY (SELECT COUNT(*) FROM o WHERE o.k = c.k) ORDER BY n;
SELECT name FROM c ORDER BY (SELECT COUNT(*) FROM o WHERE o.k = c.k) DESC, name;
-- in ON
SELECT o.id, c.name FROM o JOIN c ON o.k = c.k AND o.v > (SELECT AVG(v) FROM o) ORDER BY o.id;
SELECT o.id, c.name FROM o JOIN c ON o.k = c.k AND o.v > (SELECT AVG(v) FROM o AS i WHERE i.k = c.k) ORDER BY o.id;
SELECT o.id, c.name FROM o LEFT JOIN c ON o.k = c.k AND EXISTS (SELECT 1 FROM o AS i WHERE i.k = c.k AND i.v > 15) ORDER BY o.id;
SELECT o.id, c.name FROM o LEFT JOIN c ON o.k = c.k AND o.v < (SELECT MAX(v) FROM o) ORDER BY o.id;
SELECT o.id, c.name FROM c RIGHT JOIN o ON o.k = c.k AND c.name IN (SELECT 'A') ORDER BY o.id;
-- LATERAL with another condition than an equality
SELECT c.name, l.n FROM c, LATERAL (SELECT COUNT(*) AS n FROM o WHERE o.k < c.k) AS l ORDER BY c.name;
