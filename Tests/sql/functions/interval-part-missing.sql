-- an interval of days has no months
SELECT EXTRACT(MONTH FROM INTERVAL '5' DAY);
