-- values of a changing aggregate in lists and multisets: what was taken back leaves no trace
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 3), ('a', 'x', 4), (CAST(NULL AS STRING), 'y', 5)) AS x(k, l, v);
SELECT l, COLLECT(s), JSON_OBJECTAGG(KEY k VALUE s), PERCENTILE(s, 0.5), STDDEV_POP(s), CARDINALITY(ARRAY_AGG(s)), CHAR_LENGTH(LISTAGG(CAST(s AS STRING)))
FROM (SELECT l, k, SUM(v) s FROM t GROUP BY l, k) GROUP BY l;
