-- CURRENT_DATABASE() is that of the statement, also in views, conditions and groups
CREATE DATABASE d1;
CREATE VIEW v AS SELECT CURRENT_DATABASE() AS db;
CREATE TABLE r (id INT, db STRING, PRIMARY KEY (id) NOT ENFORCED);
INSERT INTO r SELECT 1, db FROM v;
USE d1;
INSERT INTO default_catalog.default_database.r SELECT 2, CURRENT_DATABASE();
SELECT id, db, CURRENT_DATABASE(), COUNT(*) FROM default_catalog.default_database.r WHERE db <> CURRENT_DATABASE() || 'x' GROUP BY id, db;
