-- looking ahead needs more than linear time
SELECT REGEXP('a', 'b'),
  REGEXP('ab', 'a(?=b)');
