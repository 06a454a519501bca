-- What is given: the sum of gifts, by type, by minute, and the ten who give most.

-- One record for each gift of a viewer. Older clients leave out the room and the address.
CREATE TABLE live_gift_total (
  user_id BIGINT,
  gift_type INT,
  gift_total_amount BIGINT,
  room_id BIGINT,
  ip STRING,
  create_time TIMESTAMP(3),
  proc_time AS PROCTIME(),
  WATERMARK FOR create_time AS CASE WHEN create_time <= LOCALTIMESTAMP + INTERVAL '1' DAY THEN create_time END
) WITH (
  'connector' = 'kafka',
  'topic' = 'live_gift_total',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

-- Profiles of the best customers; who has none is shown by number.
CREATE TABLE profile (
  user_id BIGINT,
  nickname STRING
) WITH ('connector' = 'filesystem', 'path' = 'profiles.csv', 'format' = 'csv');

CREATE TABLE gift_totals (id INT, gifts BIGINT, presents BIGINT, givers BIGINT, PRIMARY KEY (id) NOT ENFORCED);
CREATE TABLE gift_type_totals (gift_type INT, gifts BIGINT, presents BIGINT, PRIMARY KEY (gift_type) NOT ENFORCED);
CREATE TABLE gift_minutes (`minute` STRING, gifts BIGINT, PRIMARY KEY (`minute`) NOT ENFORCED);
CREATE TABLE top_givers (user_id BIGINT, nickname STRING, gifts BIGINT, presents BIGINT, PRIMARY KEY (user_id) NOT ENFORCED);
CREATE TABLE future_gifts (`day` STRING, `lines` BIGINT, PRIMARY KEY (`day`) NOT ENFORCED);

CREATE VIEW giver AS
SELECT user_id, SUM(gift_total_amount) AS gifts, COUNT(*) AS presents
FROM live_gift_total
WHERE user_id IS NOT NULL
GROUP BY user_id;

EXECUTE STATEMENT SET
BEGIN

INSERT INTO gift_totals
SELECT 1, SUM(gift_total_amount), COUNT(*), COUNT(DISTINCT user_id)
FROM live_gift_total;

INSERT INTO gift_type_totals
SELECT gift_type, SUM(gift_total_amount), COUNT(*)
FROM live_gift_total
WHERE gift_type IS NOT NULL
GROUP BY gift_type;

-- The last six hours are summed over these by the page's query. A record stamped more than a day ahead comes from a broken
-- clock: it would be the newest minute for good, so it is counted apart.
INSERT INTO gift_minutes
SELECT DATE_FORMAT(create_time, 'yyyy-MM-dd HH:mm'), SUM(gift_total_amount)
FROM live_gift_total
WHERE create_time <= LOCALTIMESTAMP + INTERVAL '1' DAY
GROUP BY DATE_FORMAT(create_time, 'yyyy-MM-dd HH:mm');

INSERT INTO future_gifts
SELECT DATE_FORMAT(create_time, 'yyyy-MM-dd'), COUNT(*)
FROM live_gift_total
WHERE create_time > LOCALTIMESTAMP + INTERVAL '1' DAY
GROUP BY DATE_FORMAT(create_time, 'yyyy-MM-dd');

INSERT INTO top_givers
SELECT t.user_id, p.nickname, t.gifts, t.presents
FROM (
  SELECT user_id, gifts, presents
  FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY gifts DESC, user_id ASC) AS place FROM giver)
  WHERE place <= 10
) AS t
LEFT JOIN profile AS p ON t.user_id = p.user_id;

END;
