-- documents that are and are not well formed; what follows the value is not read
SELECT id, j IS JSON, JSON_QUERY(j, '$'), JSON_EXISTS(j, 'lax $'), JSON_EXISTS(j, '$' UNKNOWN ON ERROR)
FROM (VALUES (1, ' {"b":1,"a":{"z":1,"y":[]}} '), (2, '{"a":1}{'), (3, '{"a":1,"a":2}'), (4, '{"a"}'), (5, '[1,]'), (6, '[1 2]'), (7, '{a:1}'), (8, ''), (9, ' '), (10, '["\x"]'), (11, '["\u00zz"]'), (12, '[[[]]]'),
  (13, '"a' || U&'\000A' || '"'), (14, 'null'), (15, '{"é":"中","e":"\n\u0001"}'), (16, REPEAT('[', 999) || REPEAT(']', 999)), (17, REPEAT('[', 1001) || REPEAT(']', 1001)), (18, REPEAT('[', 100000))) AS v(id, j)
WHERE id NOT IN (16);
