-- numbers keep their digits; exponents are written as Java does; RETURNING takes only what fits
SELECT j, JSON_VALUE(j, '$'), JSON_QUERY('[' || j || ']', '$'), JSON_VALUE(j, '$' RETURNING INTEGER), JSON_VALUE(j, '$' RETURNING DOUBLE), JSON_VALUE(j, '$' RETURNING BOOLEAN), j IS JSON SCALAR
FROM (VALUES ('1'), ('-0'), ('1.50'), ('3e2'), ('-1.5E-9'), ('0.0000001'), ('12345678901234567890'), ('2147483648'), ('01'), ('1.'), ('+1'), ('-'), ('true'), ('tru'), ('"1"'), ('NaN'), ('1 x'), ('1x')) AS v(j);
