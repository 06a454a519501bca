CREATE TABLE g (x TINYINT) WITH ('connector' = 'datagen', 'fields.x.kind' = 'sequence', 'fields.x.start' = '1', 'fields.x.end' = '300');
SELECT x FROM g;
