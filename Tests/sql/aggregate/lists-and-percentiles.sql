-- lists, collections, percentiles, several arguments, in order of arrival
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1, 1.5), ('a', 2, 2.5), ('b', 3, CAST(NULL AS DECIMAL(2,1))), ('a', CAST(NULL AS INT), 1.0), ('b', 5, 9.0)) AS x(k, v, d);
SELECT k, PERCENTILE(v, 0.5) p, PERCENTILE(v, ARRAY[0.25, 0.75]) pa, STDDEV_POP(v) sd, VAR_SAMP(d) vd, COUNT(DISTINCT k, v) c2, COUNT(k, v) c3, ARRAY_AGG(v IGNORE NULLS) ai, LISTAGG(DISTINCT k) ld, SUM0(v) s0, COLLECT(k) ck FROM t GROUP BY k;
