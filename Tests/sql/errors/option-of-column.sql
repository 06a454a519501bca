CREATE TABLE g (a INT) WITH (
  'connector' = 'datagen',
  'fields.b.min' = '3');
SELECT * FROM g;
