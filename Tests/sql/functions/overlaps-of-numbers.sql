-- OVERLAPS takes times
SELECT (1, 2) OVERLAPS (2, 3);
