-- Who watches, from where, and at which grade.
-- Times in the records are wall times of Shanghai without a zone.
SET 'table.local-time-zone' = 'Asia/Shanghai';

-- One record for each visit of a room. `region` is what the producers write; the page goes by the name of the province.
CREATE TABLE live_streaming_log (
  user_id BIGINT,
  ip STRING,
  room_id BIGINT,
  arrive_time TIMESTAMP(3),
  leave_time TIMESTAMP(3),
  create_time TIMESTAMP(3),
  region INT,
  grade INT,
  province STRING,
  -- "Data as of" on the page. A clock that runs ahead must not push it into the future.
  WATERMARK FOR create_time AS CASE WHEN create_time <= LOCALTIMESTAMP + INTERVAL '1' DAY THEN create_time END
) WITH (
  'connector' = 'kafka',
  'topic' = 'live_streaming_log',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

-- Result tables: no connector, so they live in Millrace, survive restarts and feed the dashboard.
CREATE TABLE viewer_totals (id INT, visits BIGINT, viewers BIGINT, PRIMARY KEY (id) NOT ENFORCED);
CREATE TABLE viewer_minutes (`minute` STRING, viewers BIGINT, PRIMARY KEY (`minute`) NOT ENFORCED);
CREATE TABLE member_grades (grade INT, members BIGINT, PRIMARY KEY (grade) NOT ENFORCED);
CREATE TABLE region_viewers (province STRING, viewers BIGINT, visits BIGINT, PRIMARY KEY (province) NOT ENFORCED);
CREATE TABLE region_grades (province STRING, grade INT, members BIGINT, PRIMARY KEY (province, grade) NOT ENFORCED);

-- Every number counts a person once, however often they come.
EXECUTE STATEMENT SET
BEGIN

INSERT INTO viewer_totals
SELECT 1, COUNT(*), COUNT(DISTINCT user_id)
FROM live_streaming_log;

INSERT INTO viewer_minutes
SELECT DATE_FORMAT(create_time, 'yyyy-MM-dd HH:mm'), COUNT(DISTINCT user_id)
FROM live_streaming_log
WHERE create_time <= LOCALTIMESTAMP + INTERVAL '1' DAY
GROUP BY DATE_FORMAT(create_time, 'yyyy-MM-dd HH:mm');

INSERT INTO member_grades
SELECT grade, COUNT(DISTINCT user_id)
FROM live_streaming_log
WHERE grade IS NOT NULL
GROUP BY grade;

INSERT INTO region_viewers
SELECT COALESCE(province, ''), COUNT(DISTINCT user_id), COUNT(*)
FROM live_streaming_log
GROUP BY COALESCE(province, '');

INSERT INTO region_grades
SELECT COALESCE(province, ''), grade, COUNT(DISTINCT user_id)
FROM live_streaming_log
WHERE grade IS NOT NULL
GROUP BY COALESCE(province, ''), grade;

END;
