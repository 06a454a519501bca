-- flags, widths, precision, order of arguments, and formats that are not well formed
SELECT PRINTF('[%5d][%-5d][%05d][%+d][%,d][%(d][% d]', 42, 42, 42, 42, 1234567, -5, 5), PRINTF('[%8.3f][%.0f][%e][%,.2f]', 3.14159, 2.5e0, 12345.678e0, 1234567.891),
  PRINTF('[%s][%10s][%-4s][%.2s][%S]', 'ab', 'ab', 'ab', 'abc', 'ab'), PRINTF('[%x][%X][%o][%#x]', 255, 255, 8, -1), PRINTF('%2$s %1$s %%%n', 'a', 'b'),
  PRINTF('%b %s %s', TRUE, FALSE, CAST(NULL AS INT)), PRINTF('%c%c', 65, 20013), PRINTF('%d', 'x'), PRINTF('%d'), PRINTF('%q', 1), PRINTF('%', 1),
  PRINTF('%s %s', DATE '2026-11-20', TIMESTAMP '2026-11-20 08:09:10');
