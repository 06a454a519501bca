-- what the dialect has and Millrace does not yet is said so
DESCRIBE JOB '1';
