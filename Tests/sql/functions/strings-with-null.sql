-- every text function gives NULL for a NULL argument, except those that say otherwise
SELECT OVERLAY(s PLACING 'x' FROM 1), TRANSLATE('a', s, 'b'), LOCATE('a', s, 2), INSTR(s, 'a', 1, 1), HEX(s), UNHEX(s), TO_BASE64(s), FROM_BASE64(s),
  URL_ENCODE(s), URL_DECODE(s), PARSE_URL(s, 'HOST'), PARSE_URL('http://h/?a=1', 'QUERY', s), ENCODE(s, 'UTF-8'), SHA1(s), SHA2('a', n), BIN(n), ELT(n, 'a'),
  JSON_QUOTE(s), JSON_UNQUOTE(s), JSON_STRING(s), PRINTF(s, 1), IS_ALPHA(s), IS_DIGIT(s), IS_DECIMAL(s), s SIMILAR TO 'a', 'a' SIMILAR TO s, 'a' LIKE s,
  TRIM(s FROM 'abc'), CONVERT_TZ(s, 'UTC', 'UTC'), CONVERT_TZ('1970-01-01 00:00:00', s, 'UTC'), RAND_INTEGER(1, n), PRINTF('%s|%d', s, n)
FROM (VALUES (CAST(NULL AS STRING), CAST(NULL AS INT))) AS v(s, n);
