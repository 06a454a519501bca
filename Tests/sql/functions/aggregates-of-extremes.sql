-- deviations, variances, first and last values: groups of NULLs only, of one value, of equal values, of the ends of the range
SELECT k, STDDEV(x), STDDEV_POP(x), STDDEV_SAMP(x), VAR_POP(x), VAR_SAMP(x), VARIANCE(x), SUM0(x), LAST_VALUE(k), FIRST_VALUE(k)
FROM (VALUES ('none', CAST(NULL AS DOUBLE)), ('none', NULL), ('one', 5e0), ('same', 3e0), ('same', 3e0), ('same', NULL), ('two', 1e0), ('two', 3e0), ('zero', 0e0), ('zero', CAST('-0.0' AS DOUBLE)), ('nan', CAST('NaN' AS DOUBLE)), ('nan', 1e0)) AS v(k, x)
GROUP BY k;
SELECT k, LAST_VALUE(x), FIRST_VALUE(x), STDDEV(x), VAR_POP(x), VARIANCE(x), TYPEOF(VAR_POP(x)), TYPEOF(LAST_VALUE(x)) FROM (VALUES ('a', 2147483647), ('b', -2147483648), ('c', CAST(NULL AS INT)), ('d', 7)) AS v(k, x) GROUP BY k;
