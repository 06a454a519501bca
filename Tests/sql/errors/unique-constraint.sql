-- a key that is not the primary one
CREATE TABLE d (k INT UNIQUE) WITH ('connector' = 'blackhole');
