-- maps that are NULL or empty, with NULL values
CREATE TABLE maps (id INT, m MAP<STRING, INT>, n MAP<STRING, INT>) WITH ('connector' = 'filesystem', 'path' = 'data/maps.ndjson', 'format' = 'json');
SELECT id, MAP_KEYS(m), MAP_VALUES(m), MAP_ENTRIES(m), MAP_UNION(m, n), MAP_UNION(n, m), CARDINALITY(m), m['a'], m[''], CARDINALITY(MAP_KEYS(n)) FROM maps;
SELECT MAP_FROM_ARRAYS(ARRAY['a', '数'], ARRAY[1, CAST(NULL AS INT)]), MAP_FROM_ARRAYS(ARRAY[1, 1], ARRAY['x', 'y']), MAP_FROM_ARRAYS(CAST(NULL AS ARRAY<INT>), ARRAY[1]), MAP_KEYS(MAP[DATE '9999-12-31', 1]), MAP_VALUES(MAP[1, CAST(NULL AS STRING)]),
  MAP_ENTRIES(MAP['', -9223372036854775807]), MAP_UNION(MAP[1, 'a'], MAP[1, CAST(NULL AS STRING)]);
