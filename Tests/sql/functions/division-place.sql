-- the error of a row says value, line and column
SELECT id,
  CASE WHEN id > 0 THEN id + amount / (id - 2) END
FROM (VALUES (1, 7), (2, 9)) AS v(id, amount);
