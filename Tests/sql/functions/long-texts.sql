-- a text of a million characters of three bytes: lengths, ends and digests stay exact
SELECT CHAR_LENGTH(s), LEFT(s, 2), RIGHT(s, 2), CHAR_LENGTH(RPAD(s, 1000001, 'x')), RIGHT(RPAD(s, 1000001, 'x'), 1), CHAR_LENGTH(REVERSE(s)), CHAR_LENGTH(UPPER(s)), POSITION('z' IN s || 'z'), CHAR_LENGTH(SUBSTR(s, 500000)), CARDINALITY(SPLIT(s, '数')),
  SPLIT_INDEX(s, '数', 1000000), CHAR_LENGTH(INITCAP(s)), STARTSWITH(s, '数'), ENDSWITH(s, '数数'), CHAR_LENGTH(LTRIM(s, '数')), MD5(s) = MD5(CONCAT(LEFT(s, 500000), RIGHT(s, 500000))), CHAR_LENGTH(SHA256(s))
FROM (SELECT REPEAT(c, 1000000) AS s FROM (VALUES ('数')) AS v(c));
