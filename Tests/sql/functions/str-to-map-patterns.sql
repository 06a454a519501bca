-- Delimiters are regular expressions; empty parts at the end are left out.
SELECT STR_TO_MAP('a=1;;b=2; c:3', ';+\s*', '[=:]'), STR_TO_MAP('a1b22c', '\d+', '='), STR_TO_MAP('k->v|m->n', '\|', '->'),
  STR_TO_MAP('x', 'y*', '='), STR_TO_MAP(CAST(NULL AS STRING), '\d+', '=');
