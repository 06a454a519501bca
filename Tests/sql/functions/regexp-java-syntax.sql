-- what Java's patterns have: escapes, classes, named groups, flags, empty matches, characters of four bytes
SELECT REGEXP('中', '[\u4e00-\u9fa5]'), REGEXP('😀', '\ud83d\ude00'), REGEXP_EXTRACT('k=v', '(?<key>\w)=(?<value>\w)', 2), REGEXP_REPLACE('aXbx', '(?i)x', '-'),
  REGEXP_REPLACE('abc', '', '.'), REGEXP_REPLACE('数据', 'x*', '-'), REGEXP_COUNT('a😀b', '.'), REGEXP_INSTR('a😀b', 'b'), REGEXP_EXTRACT('a.b', '\Qa.\Eb'),
  REGEXP('Ab1', '^\p{Upper}\p{Lower}\p{Digit}$'), REGEXP('汉', '\p{IsHan}'), REGEXP_SUBSTR('a,b;c', '[^,;]+$'), REGEXP_EXTRACT('ab', 'a(x)?b', 1), REGEXP_EXTRACT('ab', 'ab', 3),
  REGEXP_EXTRACT('ab', 'ab', -1), REGEXP_REPLACE('a.b', '[.]', '$0\'), REGEXP(CAST(NULL AS STRING), 'a'), REGEXP_EXTRACT_ALL('a1b', '(\d)|([a-z])', 2), REGEXP_COUNT('aaa', 'a{1001}'),
  REGEXP('a' || U&'\000A' || 'b', 'a.b'), REGEXP('a' || U&'\000A' || 'b', '(?s)a.b');
