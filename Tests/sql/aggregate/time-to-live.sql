-- idle groups are kept for an hour here: over this input nothing is forgotten
SET 'table.exec.state.ttl' = '1 h';
CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3), ('a', 4), ('b', 5), ('b', 3)) AS x(k, v);
SELECT c, COUNT(*), MAX(s), MIN(s) FROM (SELECT k, COUNT(*) c, SUM(v) s FROM t GROUP BY k) GROUP BY c;
