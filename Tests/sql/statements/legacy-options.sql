-- The names of options before 'connector' = '…' are read as those of today.
CREATE TABLE regions (city STRING, region STRING, n INT)
WITH ('connector.type' = 'filesystem', 'connector.path' = 'data/regions.csv', 'connector.property-version' = '1',
      'format.type' = 'csv', 'format.derive-schema' = 'true', 'format.field-delimiter' = ',');
SELECT city, region, n FROM regions;
