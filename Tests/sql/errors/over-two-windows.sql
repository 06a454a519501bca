-- in streaming mode the OVER clauses of a SELECT have one window
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2)) AS x(k, v);
SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY v), SUM(v) OVER (ORDER BY v) FROM t;
