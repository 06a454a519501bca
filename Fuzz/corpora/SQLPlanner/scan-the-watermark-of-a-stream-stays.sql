SELECT city, ts FROM logs WHERE qty > 1;
