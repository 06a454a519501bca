-- Groups by name, in any order; a group that takes no part is NULL.
CREATE TABLE log (what STRING, moment TIMESTAMP(3), level STRING, who STRING, seconds DECIMAL(6, 2))
WITH ('connector' = 'filesystem', 'path' = 'data/server.log', 'format' = 'regex',
      'regex.pattern' = '(?<moment>\S+ \S+) \[(?<level>[A-Z]+)\] (?<who>\w+|[^ ]+) (?:(?<seconds>[0-9.]+)|-) (?<what>.*)');
SELECT moment, level, who, seconds, what FROM log;
SELECT COUNT(*) AS n, SUM(seconds) AS s FROM log;
-- Groups in the order of the columns.
CREATE TABLE times (d DATE, rest STRING)
WITH ('connector' = 'filesystem', 'path' = 'data/server.log', 'format' = 'regex', 'regex.pattern' = '(\S+) (.*)');
SELECT d FROM times;
