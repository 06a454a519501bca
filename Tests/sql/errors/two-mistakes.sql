-- both mistakes are told
SELEC 1;
SELECT FROM;
