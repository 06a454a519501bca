SET 'table.exec.sink.type-length-enforcer' = 'ERROR';
CREATE TABLE t (id INT, name VARCHAR(3));
INSERT INTO t VALUES (1, 'abc'), (2, '数据处理');
