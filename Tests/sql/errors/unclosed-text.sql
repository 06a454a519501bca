-- the place is where the text began
SELECT 'abc;
