-- a function that only another engine could run
CREATE TEMPORARY FUNCTION geo AS 'com.example.Geo' LANGUAGE PYTHON;
SELECT geo(1);
