-- a misspelt mode would run as another one
SET 'execution.runtime-mode' = 'bach';
SELECT 1;
