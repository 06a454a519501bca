-- q6: mean selling price over a seller's last auctions. Flink refuses it.
CREATE TABLE sink (seller BIGINT, avg_price BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink
SELECT q.seller,
       AVG(q.price) OVER (PARTITION BY q.seller ORDER BY q.`dateTime` ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS avg_price
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY id, seller ORDER BY price DESC) AS rn
  FROM (
    SELECT a.id, a.seller, b.price, b.`dateTime`
    FROM auction AS a, bid AS b
    WHERE a.id = b.auction AND b.`dateTime` BETWEEN a.`dateTime` AND a.expires
  )
) AS q
WHERE q.rn <= 1;
