-- filters in paths
SELECT JSON_VALUE('{}', '$.a[?(@.b > 1)]');
