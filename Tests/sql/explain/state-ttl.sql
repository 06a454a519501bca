-- every operator whose state obeys the setting or a hint says how long it keeps it
SET 'table.exec.state.ttl' = '1 h';
CREATE TABLE a (id BIGINT, v INT, arrived AS PROCTIME()) WITH ('connector' = 'tail', 'path' = 'none/*.log', 'format' = 'json');
CREATE TABLE b (id BIGINT, v INT) WITH ('connector' = 'tail', 'path' = 'none/*.log', 'format' = 'json');
EXPLAIN SELECT a.id FROM a JOIN b ON a.id = b.id;
EXPLAIN SELECT /*+ STATE_TTL('a' = '2 h') */ a.id FROM a JOIN b ON a.id = b.id;
EXPLAIN SELECT id FROM a INTERSECT SELECT id FROM b;
EXPLAIN SELECT id, v FROM (SELECT id, v, ROW_NUMBER() OVER (PARTITION BY id ORDER BY v DESC) AS n FROM a) WHERE n <= 3;
EXPLAIN SELECT id, SUM(v) OVER (PARTITION BY id ORDER BY arrived) AS total FROM a;
