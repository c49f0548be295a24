-- A million rows of six mixed columns, about 128 bytes each in text, and a table that masks are bound to.
CREATE TABLE people (id int, name text, email text, card text, born date, balance numeric(12, 2));
INSERT INTO people
SELECT n, 'Person number ' || n || ' of the benchmark', 'person.' || n || '@mail' || n % 97 || '.example.test',
  lpad((4000000000000000 + n::bigint * 7919)::text, 16, '0'), date '1940-01-01' + n % 25000, (n * 37 % 10000000) / 100.0
FROM generate_series(1, @ROWS@) AS n;
CREATE TABLE cards (number text, holder text);
VACUUM (ANALYZE, FREEZE) people;
