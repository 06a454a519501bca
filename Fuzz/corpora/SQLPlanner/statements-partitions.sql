CREATE TABLE days (id INT, dt DATE, name STRING, `hour` INT) PARTITIONED BY (dt, `hour`) WITH ('connector' = 'filesystem', 'path' = 'd', 'format' = 'csv', 'sink.partition-commit.policy.kind' = 'success-file');
INSERT INTO days PARTITION (dt = DATE '2026-08-01', `hour` = 3) SELECT id, city FROM logs;
INSERT OVERWRITE days PARTITION (dt = '2026-08-01') (`hour`, id, name) VALUES (1, 2, 'x');
SELECT COUNT(*) AS n, MAX(dt) AS newest FROM days WHERE dt < DATE '2026-08-02' AND `hour` IN (1, 2);
SHOW PARTITIONS days; ALTER TABLE days ADD PARTITION (dt = '2026-08-01') WITH ('k' = 'v'); ALTER TABLE days DROP IF EXISTS PARTITION (dt = '2026-08-01');
