-- functions of several texts, each of which may be NULL or empty
SELECT id, STARTSWITH(s, t), ENDSWITH(s, t), CONCAT_WS(t, s, CAST(NULL AS STRING), 'z'), CONCAT(s, t), SPLIT(s, t), LTRIM(s, t), RTRIM(s, t), POSITION(t IN s), LOCATE(t, s), IFNULL(s, t), REPLACE(s, t, '*'), SPLIT_INDEX(s, t, 1),
  REPEAT(t, 2), REPEAT(s, -1)
FROM (VALUES (1, CAST(NULL AS STRING), 'a'), (2, 'a', CAST(NULL AS STRING)), (3, '', ''), (4, 'abc', ''), (5, '', 'abc'), (6, '数据-引擎-数', '数'), (7, '😀😀b😀', '😀'), (8, 'aXbXX', 'X'), (9, CAST(NULL AS STRING), CAST(NULL AS STRING)),
  (10, 'ab', 'abc')) AS v(id, s, t);
SELECT CONCAT_WS(CAST(NULL AS STRING), 'a', 'b'), '[' || CONCAT_WS(',', CAST(NULL AS STRING), CAST(NULL AS STRING)) || ']', CONCAT_WS(',', '', ''), CONCAT_WS('数', 'a');
