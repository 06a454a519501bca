-- a later INSERT into the same table replaces rows of the earlier one
CREATE TABLE prices (code STRING, price INT, PRIMARY KEY (code) NOT ENFORCED);
INSERT INTO prices VALUES ('a', 1), ('b', 2);
INSERT INTO prices VALUES ('a', 3), ('c', 4);
SELECT code, price FROM prices;
