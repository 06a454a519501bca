-- patterns and groups from columns; what the matcher can't do counts as not well formed
SELECT id, REGEXP(s, p), REGEXP_EXTRACT(s, p, g), REGEXP_REPLACE(s, p, '<' || s || '>'), REGEXP_COUNT(s, p), REGEXP_INSTR(s, p), s SIMILAR TO p
FROM (VALUES (1, 'abc', 'b', 0), (2, 'abc', '(b)(c)', 2), (3, 'abc', '(?=b)', 0), (4, 'abab', '(a)b\1', 1), (5, 'abc', '[', 0), (6, '', '', 0), (7, 'abc', CAST(NULL AS STRING), 0), (8, 'abc', 'a%', CAST(NULL AS INT))) AS v(id, s, p, g);
