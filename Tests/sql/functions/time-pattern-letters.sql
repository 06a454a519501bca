-- quarters, weeks, days and offsets in patterns, around the turns of years
SET 'table.local-time-zone' = 'Asia/Kolkata';
SELECT d, DATE_FORMAT(CAST(d AS TIMESTAMP(3)), 'Q QQ QQQ QQQQ QQQQQ'), DATE_FORMAT(CAST(d AS TIMESTAMP(3)), 'YYYY-ww W F YY'), DATE_FORMAT(CAST(d AS TIMESTAMP(3)), 'e ee eee eeee c ccc G GGGG'),
  DATE_FORMAT(CAST(d AS TIMESTAMP_LTZ(3)) + INTERVAL '1' SECOND, 'A N n VV O OOOO xxx')
FROM (VALUES (DATE '2025-12-27'), (DATE '2025-12-28'), (DATE '2026-01-01'), (DATE '2026-01-04'), (DATE '2026-08-31'), (DATE '2022-12-31'), (DATE '2023-01-01')) AS t(d);
