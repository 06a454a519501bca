-- filters in paths: comparisons, presence, logic, lists, paths from the root, arrays and objects, what is missing or of another type
SELECT JSON_QUERY(j, '$.b[?(@.p < 10)].n'), JSON_QUERY(j, '$.b[?(@.p >= 8.95 && @.c == ''x'')].n'), JSON_QUERY(j, '$.b[?(@.i)].n'), JSON_QUERY(j, '$.b[?(!@.i)].n'),
  JSON_QUERY(j, '$.b[?(@.c == "x" || @.p > 20)].n'), JSON_QUERY(j, '$.b[?(@.p > $.limit)].n'), JSON_QUERY(j, '$.b[?(@[''c''] in [''y'', ''z''])].n'), JSON_QUERY(j, '$.b[?(@.c nin [''x''])].n'),
  JSON_QUERY(j, '$.b[?(@.p != 8.95)].n'), JSON_QUERY(j, '$.l[?(@ > 1)]'), JSON_QUERY(j, '$.l[?(@ == null)]'), JSON_QUERY(j, '$.l[?(@ == ''2'')]'), JSON_QUERY(j, '$..[?(@.i)].n'),
  JSON_QUERY(j, '$.o[?(@.k == true)].v'), JSON_QUERY(j, '$.b[?((@.p < 9 || @.p > 20) && !(@.c == ''y''))].n'), JSON_EXISTS(j, '$.b[?(@.p > 100)]'), JSON_EXISTS(j, 'lax $.b[?(@.p > 20)]'),
  JSON_QUERY(j, '$.b[?(@.t[0] === 1)].n'), JSON_QUERY(j, '$.nothing[?(@.p > 1)]'), JSON_QUERY(j, '$.limit[?(@ > 1)]')
FROM (VALUES ('{"limit":10,"b":[{"n":1,"p":8.95,"c":"x","t":[1]},{"n":2,"p":12.99,"c":"y","i":null},{"n":3,"p":22.99,"i":"a","c":"z","t":[2]},{"n":4}],"l":[1,2,"2",null,3.5,{"a":1}],"o":{"k":true,"v":7}}'),
  ('{"b":{"p":1,"n":9},"l":"none"}'), ('{}'), (CAST(NULL AS STRING))) AS v (j);
