-- INSERT checks the types of the columns
CREATE TABLE t (id INT, PRIMARY KEY (id) NOT ENFORCED);
INSERT INTO t SELECT TRUE;
