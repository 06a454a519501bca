-- the ends of the integer types: what has no counterpart wraps around, as in Java
CREATE TABLE ends (id INT, t TINYINT, s SMALLINT, i INT, l BIGINT, p DECIMAL(38, 0)) WITH ('connector' = 'filesystem', 'path' = 'data/integer-ends.ndjson', 'format' = 'json');
SELECT id, ABS(t), ABS(s), ABS(i), ABS(l), ABS(p), SIGN(t), SIGN(s), SIGN(i), SIGN(l), SIGN(p), CEIL(t), FLOOR(s), CEILING(i), FLOOR(l), MOD(t, 7), MOD(s, 7), MOD(i, -7), MOD(l, -1), MOD(p, 10) FROM ends;
SELECT id, ROUND(i, 0), ROUND(i, -1), ROUND(l, -2), ROUND(l), ROUND(p), TRUNCATE(i), TRUNCATE(i, -3), TRUNCATE(l, -18), TRUNCATE(p, 0), TYPEOF(ROUND(i, -1)), TYPEOF(TRUNCATE(l)), BIN(l), HEX(l), HEX(i) FROM ends;
