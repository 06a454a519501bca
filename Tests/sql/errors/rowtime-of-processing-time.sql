-- a window over processing time has no event time
CREATE TABLE orders (id BIGINT, arrived AS PROCTIME()) WITH ('connector' = 'filesystem', 'path' = 'data/orders.ndjson', 'format' = 'json');
SELECT TUMBLE_ROWTIME(arrived, INTERVAL '10' SECOND), COUNT(*) FROM orders GROUP BY TUMBLE(arrived, INTERVAL '10' SECOND);
