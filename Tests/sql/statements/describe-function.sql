-- names of functions are reserved words elsewhere
DESCRIBE FUNCTION UPPER;
DESC FUNCTION EXTENDED left;
