-- a script has no server to ask
EXPLAIN ANALYZE JOB 'x';
