-- instants are shown in the session's zone, also after it changed
SET 'table.local-time-zone' = 'Asia/Shanghai';
SELECT TO_TIMESTAMP_LTZ(0, 3), CAST(TO_TIMESTAMP_LTZ(0, 0) AS STRING), CAST(TIMESTAMP '2026-11-01 08:00:00' AS TIMESTAMP_LTZ(3));
