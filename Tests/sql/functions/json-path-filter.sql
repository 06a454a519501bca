-- filters of paths that have no bound or another language's signs
SELECT JSON_VALUE('{}', '$.a[?(@.b =~ /x/)]');
