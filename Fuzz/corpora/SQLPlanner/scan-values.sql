SELECT a, b FROM (VALUES (1, 'x'), (2.5, 'yy')) AS t (a, b) WHERE a > 1;
