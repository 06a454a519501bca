-- a constant pattern that is none is refused where it stands
SELECT id,
  DATE_FORMAT(TIMESTAMP '2026-11-20 08:09:10', 'yyyy ii'),
  TO_DATE('x', 'yyyy''') FROM (VALUES (1)) AS v (id);
