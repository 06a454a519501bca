-- INSERTs read the result tables that jobs before them filled, as they are by then
CREATE TABLE a (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED);
CREATE TABLE b (k INT, v STRING);
INSERT INTO a VALUES (1, 'x'), (2, 'y');
INSERT INTO b SELECT k, v FROM a;
INSERT INTO a VALUES (2, 'z'), (3, 'u');
INSERT INTO b SELECT k, v || '!' FROM a WHERE k > 1;
SELECT b.k, b.v, COUNT(*) AS n FROM b GROUP BY b.k, b.v;
