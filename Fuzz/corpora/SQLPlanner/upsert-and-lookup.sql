SELECT m.id, p.n FROM made AS m LEFT JOIN totals FOR SYSTEM_TIME AS OF m.proc AS p ON m.k = p.city;
SELECT m.id, p.name FROM made AS m JOIN people FOR SYSTEM_TIME AS OF m.ts AS p ON m.id = p.id;
