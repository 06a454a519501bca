-- a number of buckets that is none
SET 'table.optimizer.distinct-agg.split.bucket-num' = '0';
SELECT 1;
