-- subqueries inside of subqueries, beside aggregates, and over nothing
SET 'execution.runtime-mode' = 'batch';
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5), (4, 'c', 7)) AS t(id, k, v);
CREATE TEMPORARY VIEW c AS SELECT * FROM (VALUES ('a', 'A'), ('b', 'BB'), ('d', 'D'), (CAST(NULL AS STRING), 'N')) AS t(k, name);
-- an aggregate is there for every row outside, whatever WHERE asks of other subqueries
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k > c.k AND o.id IN (SELECT 3)) AS n FROM c ORDER BY name;
SELECT c.name, l.n FROM c, LATERAL (SELECT COUNT(*) AS n FROM o WHERE o.k > c.k AND o.id IN (SELECT 3)) AS l ORDER BY c.name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k AND o.v > CHAR_LENGTH(c.name) AND NOT EXISTS (SELECT 1 FROM o AS p WHERE p.k = o.k)) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k AND o.v > CHAR_LENGTH(c.name) AND EXISTS (SELECT 1 FROM o AS p WHERE p.k = c.k)) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k > c.k AND o.v >= ALL (SELECT v FROM o AS p WHERE p.k = o.k)) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k = c.k GROUP BY ()) AS n FROM c ORDER BY name;
SELECT name, (SELECT COUNT(*) FROM o WHERE o.k > c.k GROUP BY ()) AS n FROM c ORDER BY name;
-- a subquery beside the aggregate reads what is the same for all rows of the group
SELECT name, (SELECT COUNT(*) + (SELECT MAX(p.id) FROM o AS p WHERE p.k = c.k) FROM o WHERE o.k > c.k) AS n FROM c ORDER BY name;
SELECT k, SUM(v) AS s, (SELECT (SELECT MAX(p.v) FROM o AS p WHERE p.id = i.id) FROM o AS i WHERE i.v > CHAR_LENGTH(o.k) ORDER BY i.id LIMIT 1) AS m FROM o GROUP BY k ORDER BY k;
-- what WHERE took as a join is known elsewhere
SELECT name, EXISTS (SELECT 1 FROM o WHERE o.k = c.k) AS e FROM c WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.k = c.k) ORDER BY name;
SELECT name, EXISTS (SELECT 1 FROM o WHERE o.k = c.k) AS e FROM c WHERE EXISTS (SELECT 1 FROM o WHERE o.k = c.k) ORDER BY name;
-- in FILTER
SELECT COUNT(*) FILTER (WHERE k IN (SELECT k FROM c)) AS n FROM o;
SELECT k, SUM(v) FILTER (WHERE v > (SELECT AVG(v) FROM o)) AS s FROM o GROUP BY k ORDER BY k;
-- NULL is in nothing, or it is not known
SELECT name, CAST(NULL AS INT) IN (SELECT id FROM o) AS i FROM c ORDER BY name;
SELECT name, CAST(NULL AS BIGINT) IN (SELECT id FROM o WHERE id > 99) AS i, NULL NOT IN (SELECT id FROM o) AS j FROM c ORDER BY name;
SELECT name FROM c WHERE CAST(NULL AS INT) IN (SELECT id FROM o);
SELECT name FROM c WHERE CAST(NULL AS INT) NOT IN (SELECT id FROM o WHERE id > 99) ORDER BY name;
SELECT name, k IN (SELECT k FROM o WHERE id > 99) AS i, k NOT IN (SELECT k FROM o WHERE id > 99) AS j, k IN (SELECT k FROM o) AS l FROM c ORDER BY name;
-- names of FROM inside are not those of outside
CREATE TEMPORARY VIEW p AS SELECT * FROM (VALUES (1, 5), (2, 1), (4, 3)) AS t(pid, amount);
CREATE TEMPORARY VIEW q AS SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS t(kk, amount);
SELECT kk, SUM(amount) AS s, (SELECT COUNT(*) FROM o WHERE o.k >= q.kk AND EXISTS (SELECT 1 FROM p WHERE p.pid = o.id AND amount > 1)) AS n FROM q GROUP BY kk ORDER BY kk;
SELECT kk, amount, (SELECT COUNT(*) FROM o WHERE o.k >= q.kk AND EXISTS (SELECT 1 FROM p WHERE p.pid = o.id AND p.amount > q.amount)) AS n FROM q ORDER BY kk, amount;
