-- Base64, addresses and character sets, also what is not well formed
SELECT s, FROM_BASE64(s), URL_DECODE(s), UNHEX(s), DECODE(UNHEX(s), 'US-ASCII'), JSON_UNQUOTE(s)
FROM (VALUES ('YQ=='), ('YQ'), ('Y'), ('YQ=a'), ('%41%zz'), ('%E4%B8%AD+x'), ('%'), ('4A4b'), ('abc'), ('ff'), ('"a\u4e2d\ud83d\ude00"'), ('"a'), ('"\ud800"')) AS v(s);
