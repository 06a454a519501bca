-- AVG of whole numbers cuts towards zero; of DECIMAL it has at least six digits
SELECT k, AVG(i), AVG(d), AVG(f), SUM(d) FROM (VALUES ('a', 1, 1.10, 1E0), ('a', 2, 1.15, 2E0), ('b', -1, 0.00, 0E0), ('b', -2, -0.01, 1E0)) AS t (k, i, d, f) GROUP BY k;
