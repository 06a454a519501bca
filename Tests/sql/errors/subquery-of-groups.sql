-- what a subquery behind an aggregation reads must be grouped
CREATE TEMPORARY VIEW o AS SELECT * FROM (VALUES (1, 'a', 10)) AS t(id, k, v);
SELECT k, SUM(v), (SELECT MAX(id) FROM o AS i WHERE i.id = o.id) FROM o GROUP BY k;
SELECT (SELECT MAX(q) FROM o AS i WHERE i.id > o.id) FROM o;
