-- Patterns that are little more than a text to look for take a short cut; `(?:…)` around a part keeps the same pattern from it.
SELECT t, REGEXP_EXTRACT(t, '(&|^)id=([^&]*)', 2) AS a, REGEXP_EXTRACT(t, '(&|^)id=(?:([^&]*))', 2) AS b,
  REGEXP_EXTRACT(t, '(&|^)id=([^&]*)', 1) AS front, REGEXP_EXTRACT(t, '(&|^)id=([^&]+)', 0) AS needed,
  REGEXP_EXTRACT(t, '(&|^)(?:id=)([^&]+)', 0) AS neededToo, REGEXP(t, '(^|&)id=') AS found
FROM (VALUES ('id=1&x=2'), ('x=2&id=3'), ('xid=4'), ('xid=4&id=&id=5'), ('a&id=é&b'), ('&id=6'), (''), ('id'), ('id=&id=7'), ('&&id=8&'))
  AS v (t);
