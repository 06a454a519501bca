SELECT STR_TO_MAP('a=1', '(', '=');
