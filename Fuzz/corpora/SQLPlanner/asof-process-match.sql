SELECT l.id, c.name FROM logs l ASOF JOIN sizable c MATCH_CONDITION (l.ts >= c.ts) ON l.city = c.city;
SELECT * FROM logs FOR SYSTEM_TIME AS OF ts AS l LEFT JOIN cities FOR SYSTEM_TIME AS OF l.ts AS c ON l.city = c.city;
SELECT * FROM DEBOUNCE(input => TABLE logs PARTITION BY city, quiet => INTERVAL '2' SECOND, on_time => DESCRIPTOR(ts), uid => 'u');
SELECT * FROM logs MATCH_RECOGNIZE (PARTITION BY city ORDER BY ts MEASURES FIRST(A.ts) AS s, LAST(B.price) AS p, AVG(A.qty) AS q, MATCH_NUMBER() AS m ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (A B{2,5}? C*) WITHIN INTERVAL '1' MINUTE SUBSET S = (A, B) DEFINE A AS A.qty > 1, B AS B.price < PREV(B.price, 1), C AS LAST(C.qty, 1) < 3) AS t;
SELECT /*+ STATE_TTL('logs' = '1h'), LOOKUP('table'='c') */ city, GROUPING(city), COUNT(*) FROM logs GROUP BY GROUPING SETS ((city), (qty), ());
SELECT * FROM logs CROSS JOIN UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS u (v, o) WHERE id IN (SELECT id FROM sizable) AND NOT EXISTS (SELECT 1 FROM cities c WHERE c.city = logs.city);
