-- angles: NULL, both zeros, infinities and NaN; nine digits of what is not exact
SELECT id, ROUND(SIN(x), 9), ROUND(COS(x), 9), ROUND(TAN(x), 9), ROUND(ASIN(x), 9), ROUND(ACOS(x), 9), ROUND(ATAN(x), 9), ROUND(ATAN2(x, y), 9), ROUND(SINH(x), 9), ROUND(COSH(x), 9),
  ROUND(TANH(x), 9), ROUND(DEGREES(x), 6), ROUND(RADIANS(x), 9), ROUND(PI(), 9), ROUND(E(), 9)
FROM (VALUES (1, CAST(NULL AS DOUBLE), 1e0), (2, 0e0, 0e0), (4, 1e0, CAST(NULL AS DOUBLE)), (5, -1e0, -1e0), (6, 0.5e0, CAST('Infinity' AS DOUBLE))) AS v(id, x, y);
SELECT id, SIN(x), COS(x), TAN(x), COT(x), ASIN(x), ACOS(x), ATAN(x), ATAN2(x, 1e0), SINH(x), COSH(x), TANH(x), DEGREES(x), RADIANS(x)
FROM (VALUES (6, CAST('Infinity' AS DOUBLE)), (7, CAST('-Infinity' AS DOUBLE)), (8, CAST('NaN' AS DOUBLE)), (2, 0e0), (3, CAST('-0.0' AS DOUBLE))) AS v(id, x);
