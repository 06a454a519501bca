-- math of DOUBLE: NULL, both zeros, the ends of the range, infinities and NaN, as java.lang.Math gives them
SELECT id, ABS(x), SIGN(x), SQRT(x), EXP(x), LN(x), LOG(x), LOG2(x), LOG10(x), CEIL(x), CEILING(x), FLOOR(x)
FROM (VALUES (1, CAST(NULL AS DOUBLE)), (2, 0e0), (3, CAST('-0.0' AS DOUBLE)), (4, 1e0), (5, -1e0), (6, CAST('Infinity' AS DOUBLE)), (7, CAST('-Infinity' AS DOUBLE)),
  (8, CAST('NaN' AS DOUBLE)), (9, 1.7976931348623157E308), (10, -1.7976931348623157E308), (11, 4e0), (12, 4.9E-324), (13, -0.5e0)) AS v(id, x);
