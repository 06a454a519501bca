-- a script has no server to ask
DESCRIBE JOB 'x';
