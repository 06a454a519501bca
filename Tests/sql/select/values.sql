-- constant rows
SELECT a, b || 'x' FROM (VALUES (1, 'p'), (2, 'q'), (CAST(NULL AS INT), 'r')) AS t (a, b) WHERE a IS NULL OR a > 1;
