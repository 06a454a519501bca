-- ENCODE and DECODE of every set
SELECT s, ENCODE(s, 'US-ASCII'), ENCODE(s, 'ISO-8859-1'), ENCODE(s, 'utf-8'), ENCODE(s, 'UTF-16'), ENCODE(s, 'UTF-16BE'), ENCODE(s, 'UTF-16LE'),
  DECODE(ENCODE(s, 'UTF-16'), 'UTF-16') = s, DECODE(ENCODE(s, 'UTF-16LE'), 'UTF-16LE') = s
FROM (VALUES ('a'), (''), ('é'), ('中😀')) AS v(s);
