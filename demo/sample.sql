-- Sample data, synthetic throughout: example.test addresses, test card numbers, 555 telephone numbers.
\set password `cat :'password_file'`
CREATE ROLE shop_app LOGIN PASSWORD :'password';
CREATE DATABASE shop OWNER shop_app;
\connect shop
SET ROLE shop_app;

CREATE TABLE customers (
  id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  email text NOT NULL,
  phone text NOT NULL,
  card text NOT NULL
);
CREATE TABLE orders (
  id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  customer int NOT NULL REFERENCES customers,
  item text NOT NULL,
  cents int NOT NULL CHECK (cents > 0),
  state text NOT NULL DEFAULT 'open'
);

INSERT INTO customers (name, email, phone, card)
SELECT first || ' ' || last, lower(first) || '.' || lower(last) || '@example.test',
       '+1-202-555-' || lpad((100 + row_number() OVER ())::text, 4, '0'), '4111 1111 1111 1111'
FROM unnest(ARRAY['Ines', 'Omar', 'Mei', 'Lars', 'Nia']) first, unnest(ARRAY['Costa', 'Haddad', 'Lindqvist', 'Okafor']) last;

INSERT INTO orders (customer, item, cents)
SELECT 1 + g % 20, (ARRAY['kettle', 'lamp', 'bicycle bell', 'notebook'])[1 + g % 4], 500 + g * 37 % 9000
FROM generate_series(1, 200) g;
