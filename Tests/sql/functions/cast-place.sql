-- the same for casts, also in conditions
SELECT s FROM (VALUES ('1'), ('x7')) AS v(s)
WHERE 2 >
  CAST(s AS INT);
