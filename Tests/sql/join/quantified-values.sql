-- ANY and ALL inside of other expressions, by three-valued logic
CREATE VIEW a AS SELECT * FROM (VALUES (1), (2), (3), (CAST(NULL AS INT))) AS t(x);
CREATE VIEW b AS SELECT * FROM (VALUES (2), (3)) AS t(y);
CREATE VIEW c AS SELECT * FROM (VALUES (2), (CAST(NULL AS INT))) AS t(y);
CREATE VIEW d AS SELECT * FROM (VALUES (2), (2)) AS t(y);
SELECT x, x > ANY (SELECT y FROM b) AS a, x >= ALL (SELECT y FROM b) AS b, x < ANY (SELECT y FROM c) AS c, x <= ALL (SELECT y FROM c) AS d,
  x <> ANY (SELECT y FROM b) AS e, x = ALL (SELECT y FROM d) AS f, x <> ANY (SELECT y FROM d) AS g, x > ALL (SELECT y FROM b WHERE y > 9) AS h,
  x > ANY (SELECT y FROM b WHERE y > 9) AS i, x = ANY (SELECT y FROM c) AS j, x <> ALL (SELECT y FROM c) AS k, x > ALL (SELECT y FROM b WHERE b.y = a.x - 1) AS l,
  x = ALL (SELECT y FROM c) AS m
FROM a;
