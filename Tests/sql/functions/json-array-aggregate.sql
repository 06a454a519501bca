-- values of a group as one array of JSON: NULLs are left out unless they are asked for
SELECT k, JSON_ARRAYAGG(x), JSON_ARRAYAGG(x NULL ON NULL), JSON_ARRAYAGG(x ABSENT ON NULL)
FROM (VALUES ('a', 7), ('b', CAST(NULL AS BIGINT)), ('c', -9223372036854775807)) AS v(k, x) GROUP BY k;
