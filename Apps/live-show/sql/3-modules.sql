-- What each module of the platform earns: the room of a gift tells its module.

CREATE TABLE live_module_roomid (
  room_id BIGINT,
  module_id BIGINT
) WITH ('connector' = 'filesystem', 'path' = 'rooms.csv', 'format' = 'csv');

CREATE TABLE module_gift_totals (module_id BIGINT, gifts BIGINT, PRIMARY KEY (module_id) NOT ENFORCED);

-- Where a viewer is: the room of the newest record.
CREATE VIEW whereabouts AS
SELECT user_id, room_id
FROM (
  SELECT user_id, room_id, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY create_time DESC, room_id DESC) AS place
  FROM live_streaming_log
  WHERE user_id IS NOT NULL AND room_id IS NOT NULL
)
WHERE place = 1;

-- A gift that names no room counts for the room where its giver is.
CREATE VIEW roomless_gift AS
SELECT user_id, SUM(gift_total_amount) AS gifts
FROM live_gift_total
WHERE room_id IS NULL AND user_id IS NOT NULL
GROUP BY user_id;

CREATE VIEW module_gift AS
SELECT m.module_id, SUM(g.gift_total_amount) AS gifts
FROM live_gift_total AS g
LEFT JOIN live_module_roomid FOR SYSTEM_TIME AS OF g.proc_time AS m ON g.room_id = m.room_id
WHERE g.room_id IS NOT NULL
GROUP BY m.module_id
UNION ALL
SELECT m.module_id, SUM(g.gifts) AS gifts
FROM roomless_gift AS g
LEFT JOIN whereabouts AS w ON g.user_id = w.user_id
LEFT JOIN live_module_roomid AS m ON w.room_id = m.room_id
GROUP BY m.module_id;

-- 0 stands for gifts whose room belongs to no module.
INSERT INTO module_gift_totals
SELECT COALESCE(module_id, 0), SUM(gifts)
FROM module_gift
GROUP BY COALESCE(module_id, 0);
