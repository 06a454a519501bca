-- POWER and LOG of two, as Java's pow: 1 to the power of infinity and of NaN is NaN, anything to the power of 0 is 1
SELECT id, POWER(x, y), LOG(x, y)
FROM (VALUES (1, CAST(NULL AS DOUBLE), 1e0), (2, 1e0, CAST(NULL AS DOUBLE)), (3, 0e0, 0e0), (4, CAST('NaN' AS DOUBLE), 0e0), (5, 1e0, CAST('NaN' AS DOUBLE)), (6, 1e0, CAST('Infinity' AS DOUBLE)),
  (7, -1e0, CAST('-Infinity' AS DOUBLE)), (8, -8e0, 0.5e0), (9, 2e0, 1024e0), (10, 2e0, -1080e0), (11, CAST('-0.0' AS DOUBLE), -3e0), (12, CAST('-0.0' AS DOUBLE), 3e0), (13, 0e0, -1e0),
  (14, -2e0, 3e0), (15, 10e0, 0e0), (16, 2e0, 8e0), (17, CAST('-Infinity' AS DOUBLE), 0.5e0)) AS v(id, x, y);
