-- a bracket that is not closed
SELECT 'a' SIMILAR TO '[a';
