-- the plain text functions: NULL, empty, blanks, Chinese, characters of four bytes, a combining accent
SELECT id, LEFT(s, 2), LEFT(s, 0), LEFT(s, -1), LEFT(s, 2147483647), RIGHT(s, 2), RIGHT(s, -2147483648), RPAD(s, 5, '数😀'), RPAD(s, -1, 'x'), RPAD(s, 3, ''), LPAD(s, 3, '😀'), INITCAP(s), UPPER(s), LOWER(s),
  CHARACTER_LENGTH(s), CHAR_LENGTH(s), LTRIM(s), '[' || RTRIM(s) || ']', SUBSTR(s, -2), SUBSTR(s, 2, 1), SUBSTR(s, 0), SUBSTR(s, 2, -1), REVERSE(s)
FROM (VALUES (1, CAST(NULL AS STRING)), (2, ''), (3, '  x '), (4, '数据引擎'), (5, 'a😀b'), (6, 'hELLO wORLD-42nd'), (7, 'Straße'), (8, 'éa'), (9, '　')) AS v(id, s);
