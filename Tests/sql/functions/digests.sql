-- texts around the block lengths of the digests, against published values
SELECT CHAR_LENGTH(s), SHA1(s), SHA224(s), SHA512(s) = SHA2(s, n), SHA2(s, n + 1), MD5(SHA384(s))
FROM (VALUES ('abc', 512), (REPEAT('a', 55), 512), (REPEAT('a', 56), 512), (REPEAT('a', 64), 512), (REPEAT('a', 111), 512), (REPEAT('a', 112), 512), (REPEAT('a', 128), 512), (REPEAT('a', 1000000), 512)) AS v(s, n);
