-- arrays that are NULL or empty, with NULL elements and the ends of INT, and a NULL to look for, add or remove
CREATE TABLE lists (id INT, a ARRAY<INT>, b ARRAY<INT>, x INT) WITH ('connector' = 'filesystem', 'path' = 'data/lists.ndjson', 'format' = 'json');
SELECT id, ARRAY_APPEND(a, x), ARRAY_PREPEND(a, x), ARRAY_REMOVE(a, x), ARRAY_CONTAINS(a, x), ARRAY_POSITION(a, x), ARRAY_CONCAT(a, b), ARRAY_UNION(a, b), ARRAY_INTERSECT(a, b), ARRAY_EXCEPT(a, b) FROM lists;
SELECT id, ARRAY_DISTINCT(a), ARRAY_REVERSE(a), ARRAY_SORT(a), ARRAY_SORT(a, FALSE), ARRAY_SORT(a, TRUE, FALSE), ARRAY_SORT(a, FALSE, TRUE), ARRAY_MIN(a), ARRAY_MAX(a), CARDINALITY(a) FROM lists;
SELECT id, ARRAY_SLICE(a, 2), ARRAY_SLICE(a, 0), ARRAY_SLICE(a, -2), ARRAY_SLICE(a, x), ARRAY_SLICE(a, 1, x), ARRAY_SLICE(a, 3, 2), ARRAY_SLICE(a, -100, 100), ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '-'), ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '-', '?'),
  ARRAY_APPEND(a, CAST(NULL AS INT)), ARRAY_PREPEND(a, CAST(NULL AS INT)), ARRAY_REMOVE(a, CAST(NULL AS INT)) FROM lists;
