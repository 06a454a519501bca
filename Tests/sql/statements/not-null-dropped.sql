-- rows with a NULL for a NOT NULL column are left out when the script says so, and lengths are fitted
SET 'table.exec.sink.not-null-enforcer' = 'drop';
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
CREATE TABLE t (id INT NOT NULL, name VARCHAR(3), code CHAR(2), b BINARY(2));
INSERT INTO t VALUES (1, 'abcd', 'x', x'0A'), (CAST(NULL AS INT), 'lost', 'y', x'01'), (3, '数据处理', '数据库', x'010203'), (4, CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS BYTES));
SELECT id, name, code || '|' AS code, b FROM t;
