-- values of a format's options are checked where they stand
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'data/none', 'format' = 'json',
  'json.timestamp-format.standard' = 'ISO', 'json.ignore-parse-errors' = 'TRUE');
SELECT id FROM t;
