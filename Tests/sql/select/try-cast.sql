-- TRY_CAST gives NULL where CAST would fail
SELECT t, TRY_CAST(t AS INT), TRY_CAST(t AS DECIMAL(4, 1)), TRY_CAST(t AS BOOLEAN), TRY_CAST(t AS TINYINT), TRY_CAST(t AS TIMESTAMP(3))
FROM (VALUES ('12'), (' 7 '), ('300'), ('x'), (''), ('true'), ('2026-11-01 10:00:00.5')) AS v (t);
