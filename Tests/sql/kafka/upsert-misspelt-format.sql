CREATE TABLE t (k INT, n INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 't',
  'key.format' = 'json', 'value.fromat' = 'json');
SELECT n FROM t;
