-- seeds give the numbers of Java's generator, calls differ from each other, bounds hold
SELECT RAND(42), RAND(42) = RAND(42), RAND_INTEGER(42, 1000), RAND_INTEGER(42, 1024), RAND_INTEGER(0) IS NULL, RAND_INTEGER(7, -1), RAND() < 1, RAND() = RAND(), UUID() = UUID(), SUBSTRING(UUID(), 15, 1), RAND(CAST(NULL AS INT)) < 1;
