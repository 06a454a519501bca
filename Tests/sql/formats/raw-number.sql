-- the bytes of numbers, little end first
CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'data/endian.bin', 'format' = 'raw', 'raw.endianness' = 'little-endian');
SELECT n FROM t;
