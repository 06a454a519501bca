SET 'some.unknown.key' = 'kept'; SET 'table.local-time-zon' = 'Asia/Tokyo'; SET; RESET 'some.unknown.key'; SET;
