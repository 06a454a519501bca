-- CREATE FUNCTION of what is built in lets a script pass; IF EXISTS forgives; the built-in function is called
CREATE FUNCTION IF NOT EXISTS md5 AS 'com.example.Md5' LANGUAGE JAVA;
CREATE FUNCTION IF NOT EXISTS md5 AS 'com.example.Md5';
CREATE TEMPORARY FUNCTION `Reverse` AS 'com.example.Reverse' LANGUAGE SCALA;
ALTER FUNCTION md5 AS 'com.example.Other';
ALTER FUNCTION IF EXISTS nothing AS 'com.example.Other';
SHOW USER FUNCTIONS;
DROP FUNCTION md5;
DROP FUNCTION IF EXISTS md5;
DROP TEMPORARY SYSTEM FUNCTION IF EXISTS nothing;
SELECT MD5('a'), REVERSE('ab');
