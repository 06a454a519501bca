-- PRINTF and others say which argument is wrong
SELECT DECODE('a', 'UTF-8');
