-- addresses with IPv6 hosts, no path, odd ports and keys
SELECT u, PARSE_URL(u, 'PROTOCOL'), PARSE_URL(u, 'AUTHORITY'), PARSE_URL(u, 'HOST'), PARSE_URL(u, 'PATH'), PARSE_URL(u, 'FILE'), PARSE_URL(u, 'QUERY', 'a'), PARSE_URL(u, 'PATH', 'a')
FROM (VALUES ('http://[::1]:80/x?a=1'), ('http://h:port/'), ('https://h?a'), ('https://h?ba=2&a=&a=3'), ('  http://h/ '), ('gopher://h/'), ('://h'), ('http:')) AS v(u);
