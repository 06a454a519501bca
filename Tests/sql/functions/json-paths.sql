-- members in quotes, negative indexes, slices, unions, wildcards, descendants, lax and strict
SELECT JSON_VALUE(j, '$["a b"]'), JSON_VALUE(j, '$.l[-1]'), JSON_QUERY(j, '$.l[1:3]'), JSON_QUERY(j, '$.l[-2:]'), JSON_QUERY(j, '$.l[0,2]'), JSON_QUERY(j, '$.o[*].n'), JSON_QUERY(j, '$..n'),
  JSON_QUERY(j, '$.o.*'), JSON_QUERY(j, '$[''l'',''x'']'), JSON_VALUE(j, 'lax $.l' DEFAULT 'nothing' ON EMPTY DEFAULT 'error' ON ERROR), JSON_VALUE(j, 'strict $.l' DEFAULT 'nothing' ON EMPTY DEFAULT 'error' ON ERROR),
  JSON_QUERY(j, 'lax $.x' EMPTY OBJECT ON EMPTY), JSON_QUERY(j, '$.x' EMPTY ARRAY ON ERROR), JSON_QUERY(j, '$.l' RETURNING ARRAY<STRING>), JSON_VALUE(j, 'l[0]'), JSON_EXISTS(j, '$.nil'), JSON_EXISTS(j, '$..z')
FROM (VALUES ('{"a b":"x","l":[1,"two",3.50,null],"o":[{"n":1},{"m":2},{"n":{"n":3}}],"nil":null}')) AS v(j);
