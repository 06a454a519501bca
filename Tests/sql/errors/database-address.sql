-- drivers pass over parameters that they do not know, so a misspelt one is told here, though the connector is yet to come
CREATE TABLE totals (kind INT, amount BIGINT, PRIMARY KEY (kind) NOT ENFORCED) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:mysql://127.0.0.1:3306/shop?
rewriteBatchedStatements=true&serverTimezon=Asia/Shanghai&unheardOfParameter=1',
  'table-name' = 'totals'
);
