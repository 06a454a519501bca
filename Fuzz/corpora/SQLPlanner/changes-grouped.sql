INSERT INTO totals SELECT city, COUNT(*) FROM changes GROUP BY city;
SELECT r.a, r.b['x'], city FROM changes /*+ OPTIONS('scan.startup.mode'='earliest-offset') */ WHERE r.a > 1;
