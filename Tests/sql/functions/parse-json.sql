-- VARIANT is not supported: the hint says what to write
SELECT id,
  PARSE_JSON(j) FROM (VALUES (1, '{}')) AS v (id, j);
