-- a result table takes NULL as a key like any other
CREATE TABLE t (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED);
INSERT INTO t SELECT k, COUNT(*) FROM (VALUES ('a'), (CAST(NULL AS STRING)), (NULL)) AS x(k) GROUP BY k;
SELECT k, n FROM t;
