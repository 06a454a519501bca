-- made-up rows: a sequence, numbers and texts within bounds, NULLs at a rate; what is random is only tested for its bounds
CREATE TABLE g (id BIGINT, price DECIMAL(10, 2), part DOUBLE, name VARCHAR(8), code CHAR(4), nothing STRING, ts TIMESTAMP(3))
WITH ('connector' = 'datagen', 'rows-per-second' = '1000000', 'number-of-rows' = '20000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '11', 'fields.id.end' = '10010',
  'fields.price.min' = '-1.50', 'fields.price.max' = '2', 'fields.part.min' = '0', 'fields.part.max' = '1',
  'fields.name.var-len' = 'true', 'fields.nothing.null-rate' = '1', 'fields.ts.max-past' = '1 d');
SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids, MIN(id) AS lo, MAX(id) AS hi,
  COUNT(*) FILTER (WHERE price BETWEEN -1.50 AND 2) AS prices, COUNT(*) FILTER (WHERE part BETWEEN 0 AND 1) AS parts,
  COUNT(*) FILTER (WHERE CHAR_LENGTH(name) BETWEEN 1 AND 8) AS names, MIN(CHAR_LENGTH(code)) AS codes, COUNT(nothing) AS texts, COUNT(ts) AS times
FROM g;
