-- ASCII and CHR: the low eight bits as ISO-8859-1, negative numbers, the ends of BIGINT
SELECT n, CHR(n), HEX(CHR(n)), CHAR_LENGTH(CHR(n)), ASCII(CHR(n)) FROM (VALUES (CAST(65 AS BIGINT)), (NULL), (-1), (353), (9223372036854775807), (-9223372036854775808), (228)) AS v(n);
SELECT HEX(CHR(0)), CHAR_LENGTH(CHR(256)), ASCII(CHR(0)), ASCII(LEFT('', 1));
SELECT s, ASCII(s) FROM (VALUES ('a'), (''), (CAST(NULL AS STRING)), ('~'), ('az')) AS v(s);
