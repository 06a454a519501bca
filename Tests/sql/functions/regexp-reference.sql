-- neither do references back
SELECT REGEXP_REPLACE('aa', '(a)\1', '');
