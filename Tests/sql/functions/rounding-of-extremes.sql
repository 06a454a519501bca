-- ROUND and TRUNCATE: half away from zero on the shortest decimal form, digits left of the point, NULL digits, the ends of DOUBLE and DECIMAL
SELECT id, ROUND(x), ROUND(x, n), TRUNCATE(x), TRUNCATE(x, n)
FROM (VALUES (1, CAST(NULL AS DOUBLE), 1), (2, 1.5e0, CAST(NULL AS INT)), (3, 0.5e0, 0), (4, -0.5e0, 0), (5, 1.7976931348623157E308, 2), (6, 4.9E-324, 3), (7, 1234.5678e0, -2), (8, 1234.5678e0, -5), (9, 2.675e0, 2),
  (10, -2.675e0, 2), (11, CAST('-0.0' AS DOUBLE), 1), (12, 9007199254740993e0, -1)) AS v(id, x, n);
SELECT id, ROUND(p, 2), ROUND(p), ROUND(p, -1), TRUNCATE(p, 2), TRUNCATE(p), CEIL(p), FLOOR(p), ABS(p), SIGN(p)
FROM (VALUES (1, CAST(NULL AS DECIMAL(20, 5))), (2, 999999999999999.99999), (3, -999999999999999.99999), (4, 0.00000), (5, 0.00500), (6, -0.00500), (7, 5.00000)) AS v(id, p);
