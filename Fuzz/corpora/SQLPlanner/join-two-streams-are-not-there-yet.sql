SELECT a.id FROM logs a JOIN logs b ON a.id = b.id;
