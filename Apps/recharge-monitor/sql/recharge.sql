-- National phone-recharge monitoring: from the log lines of 23 nodes, which collect.sql brings into the topic, to the
-- numbers of the dashboard.
-- Times in the logs are wall times of Shanghai without a zone.
SET 'table.local-time-zone' = 'Asia/Shanghai';
-- A line that is read twice is read twice within hours: what deduplication remembers stays bounded. The totals are kept for
-- good (the STATE_TTL hints of the INSERTs): a province without a recharge all night goes on counting in the morning.
SET 'table.exec.state.ttl' = '6 h';

-- One line for each step of an order; five kinds (orderCreateReq, payReq, payNotifyReq, reChargeReq,
-- reChargeNotifyReq), told apart by serviceName. All values are texts.
CREATE TABLE recharge_log (
  orderId STRING,
  serviceName STRING,
  bussinessRst STRING,
  chargefee STRING,
  interFacRst STRING,
  logOutTime STRING,
  provinceCode STRING,
  receiveNotifyTime STRING,
  requestId STRING,
  arrived AS PROCTIME(),
  logged AS TO_TIMESTAMP(logOutTime, 'yyyyMMddHHmmssSSS'),
  -- "Data as of" on the page. A clock that runs ahead must not push it into the future.
  WATERMARK FOR logged AS CASE WHEN logged <= LOCALTIMESTAMP + INTERVAL '1' DAY THEN logged END
) WITH (
  'connector' = 'kafka',
  'topic' = 'JsonData',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true'
);

CREATE TABLE province (
  provinceCode STRING,
  name STRING,
  nameEn STRING,
  mapName STRING
) WITH ('connector' = 'filesystem', 'path' = 'provinces.csv', 'format' = 'csv');

-- Result tables: no connector, so they live in Millrace, survive restarts and feed the dashboard.
CREATE TABLE order_totals (`day` STRING, created_orders BIGINT, PRIMARY KEY (`day`) NOT ENFORCED);
CREATE TABLE recharge_totals (
  `day` STRING, notices BIGINT, successes BIGINT, amount_fen BIGINT,
  duration_count BIGINT, duration_sum BIGINT, duration_min BIGINT, duration_max BIGINT, negative_durations BIGINT,
  PRIMARY KEY (`day`) NOT ENFORCED);
CREATE TABLE payment_totals (
  `day` STRING, notices BIGINT,
  duration_count BIGINT, duration_sum BIGINT, duration_min BIGINT, duration_max BIGINT, negative_durations BIGINT,
  PRIMARY KEY (`day`) NOT ENFORCED);
CREATE TABLE recharge_minutes (
  `minute` STRING, orders BIGINT, successes BIGINT, amount_fen BIGINT, PRIMARY KEY (`minute`) NOT ENFORCED);
CREATE TABLE recharge_provinces (
  province_code STRING, province_name STRING, orders BIGINT, successes BIGINT, failures BIGINT, amount_fen BIGINT,
  PRIMARY KEY (province_code) NOT ENFORCED);
CREATE TABLE interface_totals (
  service_name STRING, calls BIGINT, failures BIGINT, PRIMARY KEY (service_name) NOT ENFORCED);
CREATE TABLE interface_minutes (`minute` STRING, calls BIGINT, failures BIGINT, PRIMARY KEY (`minute`) NOT ENFORCED);
CREATE TABLE future_totals (`day` STRING, `lines` BIGINT, PRIMARY KEY (`day`) NOT ENFORCED);
CREATE TABLE unknown_services (service_name STRING, `lines` BIGINT, PRIMARY KEY (service_name) NOT ENFORCED);

-- Tailing is at-least-once at the nodes: the same line can stand in two files. Each step of an order counts once.
CREATE VIEW step AS
SELECT serviceName, bussinessRst, chargefee, interFacRst, provinceCode, receiveNotifyTime, requestId, logged
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY orderId, serviceName ORDER BY arrived ASC) AS copy
  FROM recharge_log
  WHERE serviceName LIKE '%Req'
)
WHERE copy = 1;

-- Lines stamped more than a day ahead come from a broken clock: counted apart, kept out of every metric.
CREATE VIEW current_step AS
SELECT * FROM step WHERE logged <= LOCALTIMESTAMP + INTERVAL '1' DAY;

CREATE VIEW recharge_notice AS
SELECT
  provinceCode,
  TO_TIMESTAMP(receiveNotifyTime, 'yyyyMMddHHmmssSSS') AS received,
  bussinessRst = '0000' AS is_success,
  CASE WHEN bussinessRst = '0000' THEN TRY_CAST(chargefee AS BIGINT) END AS success_fee,
  CAST(TIMESTAMPDIFF(SECOND, TO_TIMESTAMP(SUBSTRING(requestId, 1, 14), 'yyyyMMddHHmmss'),
                     TO_TIMESTAMP(SUBSTRING(receiveNotifyTime, 1, 14), 'yyyyMMddHHmmss')) AS BIGINT) * 1000
    + TRY_CAST(SUBSTRING(receiveNotifyTime, 15, 3) AS BIGINT) - TRY_CAST(SUBSTRING(requestId, 15, 3) AS BIGINT) AS duration
FROM current_step
WHERE serviceName = 'reChargeNotifyReq';

CREATE VIEW payment_notice AS
SELECT
  TO_TIMESTAMP(receiveNotifyTime, 'yyyyMMddHHmmssSSS') AS received,
  CAST(TIMESTAMPDIFF(SECOND, TO_TIMESTAMP(SUBSTRING(requestId, 1, 14), 'yyyyMMddHHmmss'),
                     TO_TIMESTAMP(SUBSTRING(receiveNotifyTime, 1, 14), 'yyyyMMddHHmmss')) AS BIGINT) * 1000
    + TRY_CAST(SUBSTRING(receiveNotifyTime, 15, 3) AS BIGINT) - TRY_CAST(SUBSTRING(requestId, 15, 3) AS BIGINT) AS duration
FROM current_step
WHERE serviceName = 'payNotifyReq';

EXECUTE STATEMENT SET
BEGIN

INSERT INTO order_totals
SELECT /*+ STATE_TTL('current_step' = '0 s') */ DATE_FORMAT(logged, 'yyyy-MM-dd'), COUNT(*)
FROM current_step
WHERE serviceName = 'orderCreateReq'
GROUP BY DATE_FORMAT(logged, 'yyyy-MM-dd');

INSERT INTO recharge_totals
SELECT /*+ STATE_TTL('recharge_notice' = '0 s') */
  DATE_FORMAT(received, 'yyyy-MM-dd'),
  COUNT(*),
  COUNT(*) FILTER (WHERE is_success),
  COALESCE(SUM(success_fee), 0),
  COUNT(*) FILTER (WHERE duration >= 0),
  COALESCE(SUM(duration) FILTER (WHERE duration >= 0), 0),
  MIN(duration) FILTER (WHERE duration >= 0),
  MAX(duration) FILTER (WHERE duration >= 0),
  COUNT(*) FILTER (WHERE duration < 0)
FROM recharge_notice
GROUP BY DATE_FORMAT(received, 'yyyy-MM-dd');

INSERT INTO payment_totals
SELECT /*+ STATE_TTL('payment_notice' = '0 s') */
  DATE_FORMAT(received, 'yyyy-MM-dd'),
  COUNT(*),
  COUNT(*) FILTER (WHERE duration >= 0),
  COALESCE(SUM(duration) FILTER (WHERE duration >= 0), 0),
  MIN(duration) FILTER (WHERE duration >= 0),
  MAX(duration) FILTER (WHERE duration >= 0),
  COUNT(*) FILTER (WHERE duration < 0)
FROM payment_notice
GROUP BY DATE_FORMAT(received, 'yyyy-MM-dd');

INSERT INTO recharge_minutes
SELECT /*+ STATE_TTL('recharge_notice' = '0 s') */
  DATE_FORMAT(received, 'yyyy-MM-dd HH:mm'),
  COUNT(*),
  COUNT(*) FILTER (WHERE is_success),
  COALESCE(SUM(success_fee), 0)
FROM recharge_notice
GROUP BY DATE_FORMAT(received, 'yyyy-MM-dd HH:mm');

INSERT INTO recharge_provinces
SELECT /*+ STATE_TTL('n' = '0 s') */
  n.provinceCode,
  MAX(p.mapName),
  COUNT(*),
  COUNT(*) FILTER (WHERE n.is_success),
  COUNT(*) FILTER (WHERE NOT n.is_success),
  COALESCE(SUM(n.success_fee), 0)
FROM recharge_notice AS n
LEFT JOIN province AS p ON n.provinceCode = p.provinceCode
GROUP BY n.provinceCode;

INSERT INTO interface_totals
SELECT /*+ STATE_TTL('current_step' = '0 s') */ serviceName, COUNT(*), COUNT(*) FILTER (WHERE interFacRst <> '0000')
FROM current_step
GROUP BY serviceName;

INSERT INTO interface_minutes
SELECT /*+ STATE_TTL('current_step' = '0 s') */ DATE_FORMAT(logged, 'yyyy-MM-dd HH:mm'), COUNT(*), COUNT(*) FILTER (WHERE interFacRst <> '0000')
FROM current_step
GROUP BY DATE_FORMAT(logged, 'yyyy-MM-dd HH:mm');

INSERT INTO future_totals
SELECT /*+ STATE_TTL('step' = '0 s') */ DATE_FORMAT(logged, 'yyyy-MM-dd'), COUNT(*)
FROM step
WHERE logged > LOCALTIMESTAMP + INTERVAL '1' DAY
GROUP BY DATE_FORMAT(logged, 'yyyy-MM-dd');

INSERT INTO unknown_services
SELECT /*+ STATE_TTL('recharge_log' = '0 s') */ COALESCE(serviceName, ''), COUNT(*)
FROM recharge_log
WHERE serviceName IS NULL
   OR serviceName NOT LIKE '%Req'
GROUP BY COALESCE(serviceName, '');

END;
