-- the escape character of each row; NULL where it is not one character
SELECT id, s LIKE p ESCAPE e, s NOT LIKE '50#%%' ESCAPE e, s LIKE p
FROM (VALUES (1, '50% off', '50!%%', '!'), (2, '50% off', '50#%%', '#'), (3, '500 off', '50#%%', '#'), (4, '50% off', '50é%%', 'é'), (5, '50% off', '50!%%', '!!'), (6, '50% off', '50!%%', ''),
  (7, '50% off', '50!%%', CAST(NULL AS STRING)), (8, CAST(NULL AS STRING), '%', '!'), (9, 'a_c', 'a\_c', '\'), (10, 'abc', 'a\_c', '\')) AS v (id, s, p, e);
