SET 'table.exec.sink.not-null-enforcer' = 'drop';
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
INSERT INTO strict SELECT id, city, CAST(NULL AS STRING) FROM logs;
