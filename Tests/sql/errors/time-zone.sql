-- a time zone that does not exist is told where it is set
SET 'table.local-time-zone' = 'Mars/Base';
SELECT CURRENT_DATE;
