-- numbers are not added to times
SELECT TIMESTAMP '2026-11-01 10:00:00' + 5;
