-- empty texts, negative and huge numbers, characters of four bytes
SELECT id, OVERLAY(s PLACING '##' FROM n), OVERLAY(s PLACING '##' FROM 2 FOR n), INSTR(s, 'a', n, 2), INSTR(s, '', 1, 1), LOCATE('a', s, n), LOCATE('', s, n),
  TRANSLATE(s, 'a😀', 'b'), SPLIT_INDEX(s, n, 0), ELT(n, 'one', 'two'), BTRIM(s, s), TRIM(LEADING SUBSTRING(s, 1, 1) FROM s)
FROM (VALUES (1, '', 0), (2, 'banana', 2), (3, 'a😀a😀a', -1), (4, 'aaa', 2147483647), (5, 'x', -2147483648), (6, 'abca', 97)) AS v(id, s, n);
