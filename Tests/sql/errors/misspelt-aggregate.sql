-- Calls that only an aggregate can have name the aggregate that was meant.
SELECT COUNTT(*) FROM (VALUES (1), (2)) AS t(a);
