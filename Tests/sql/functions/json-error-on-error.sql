-- ERROR ON ERROR fails the job
SELECT JSON_VALUE(j, '$.a' ERROR ON ERROR) FROM (VALUES ('{"a":1}'), ('{}')) AS v(j);
