-- patterns of times from columns; one that is none gives NULL
SELECT id, DATE_FORMAT(TIMESTAMP '2026-11-20 08:09:10', f), TO_TIMESTAMP('20.11.2026', f), TO_DATE('20.11.2026', f), UNIX_TIMESTAMP('20.11.2026', f), FROM_UNIXTIME(86400, f)
FROM (VALUES (1, 'dd.MM.yyyy'), (2, 'yyyy-MM-dd'), (3, 'qqqqqqqqqqqqq{'), (4, CAST(NULL AS STRING)), (5, 'dd.MM.yyyy')) AS v(id, f);
