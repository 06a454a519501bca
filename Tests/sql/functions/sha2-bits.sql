-- a digest that does not exist
SELECT SHA2('a', 128);
