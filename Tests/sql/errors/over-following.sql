-- a stream does not know the rows that follow
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2)) AS x(k, v);
SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY v ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM t;
