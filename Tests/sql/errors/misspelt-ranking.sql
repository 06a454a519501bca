-- A misspelt function with OVER: ranking functions and aggregates are proposed.
SELECT a, ROW_NUMBR() OVER (ORDER BY a) FROM (VALUES (1), (2)) AS t(a);
