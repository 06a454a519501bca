CREATE TABLE log (moment STRING, level STRING)
WITH ('connector' = 'filesystem', 'path' = 'data/server.log', 'format' = 'regex', 'regex.pattern' = '(.*) \[INFO\] (.*)');
SELECT * FROM log;
