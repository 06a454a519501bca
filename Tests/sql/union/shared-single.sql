-- one row is read by an aggregate and passes by it: what reads both waits for neither in vain
CREATE VIEW total AS SELECT COUNT(*) AS n FROM (VALUES (1), (2), (3)) AS t(x);
SELECT n, COUNT(*) FROM total GROUP BY n UNION ALL SELECT n, 10 FROM total;
SELECT n FROM (VALUES (1), (1), (2)) AS a(n) EXCEPT SELECT n FROM (VALUES (2)) AS b(n) UNION ALL SELECT n FROM (VALUES (2)) AS b(n);
