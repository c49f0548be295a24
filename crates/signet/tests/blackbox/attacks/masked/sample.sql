-- What the attacks on masks are about: every value that is masked is a canary.
CREATE TABLE customers (
  id int PRIMARY KEY,
  name text NOT NULL,
  ssn text UNIQUE,
  email varchar(60),
  card bigint UNIQUE DEFERRABLE INITIALLY DEFERRED,
  balance numeric,
  born date,
  seen timestamptz,
  at time,
  token uuid,
  ip inet,
  vip boolean,
  score float8,
  small smallint,
  rate real,
  tags text[],
  sums numeric[],
  notes jsonb,
  plain json,
  raw bytea,
  code char(12),
  CONSTRAINT reasonable CHECK (balance < 1000000)
);
INSERT INTO customers VALUES
  (1, 'Ada', '536-90-4399', 'canary@example.com', 4532015112830366, 918273.64, '1961-07-23', '2019-07-23 04:05:06+00', '04:05:06',
   'c0ffee00-cafe-4bad-8bad-0badc0ffee00', '203.0.113.77', true, 918273.64, 9182, 918.25, '{cn4ry,other}', '{918273.64,NULL}',
   '{"why": "cn4ry"}', '{"why": "cn4ry"}', '\x636e347279', 'cn4rycn4ry'),
  (2, 'Bob', '078-05-1120', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE VIEW renamed AS SELECT id, name, ssn AS tax FROM customers;
CREATE VIEW nested AS SELECT id, tax AS number FROM renamed WHERE id > 0;
CREATE VIEW computed AS SELECT id, 'x' || ssn || 'y' AS mixed, name FROM customers;
CREATE VIEW united AS SELECT id, name AS word FROM customers UNION ALL SELECT id, ssn FROM customers;
CREATE MATERIALIZED VIEW kept_away AS SELECT id, ssn AS stored FROM customers;

CREATE TABLE parts (id int, ssn text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (1, '536-90-4399');
CREATE TABLE kin (more text) INHERITS (customers);
INSERT INTO kin (id, name, ssn, more) VALUES (3, 'Kim', '536-90-4399', 'more');
CREATE UNIQUE INDEX kin_ssn ON kin (ssn);
CREATE TABLE derived (id int, ssn text, low text GENERATED ALWAYS AS (lower(ssn)) STORED);
INSERT INTO derived VALUES (1, '536-90-4399');

CREATE FUNCTION peek(int) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers WHERE id = $1';
CREATE FUNCTION peek_all() RETURNS SETOF customers LANGUAGE sql AS 'SELECT * FROM customers';
CREATE FUNCTION peek_slowly(int) RETURNS text LANGUAGE plpgsql AS
  $$ DECLARE found text; BEGIN EXECUTE 'SELECT ssn FROM customers WHERE id = $1' INTO found USING $1; RETURN found; END $$;
CREATE FUNCTION shout() RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE 'it is %', (SELECT ssn FROM customers WHERE id = 1) USING HINT = 'or 536-90-4399'; RETURN 1; END $$;
CREATE FUNCTION fail() RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'it is %', (SELECT ssn FROM customers WHERE id = 1) USING DETAIL = '536-90-4399', COLUMN = '536-90-4399'; END $$;
CREATE FUNCTION upper(int) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers WHERE id = $1';
CREATE FUNCTION on_touch() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE 'it is %', (SELECT ssn FROM customers WHERE id = 1); PERFORM pg_notify('heard', (SELECT ssn FROM customers WHERE id = 1)); RETURN NEW; END $$;
CREATE TABLE harmless (id int PRIMARY KEY, word text);
CREATE TRIGGER touch BEFORE INSERT ON harmless FOR EACH ROW EXECUTE FUNCTION on_touch();
CREATE TABLE guesses (word text);
CREATE INDEX first_of_ssn ON customers (left(ssn, 3));
CREATE AGGREGATE glue (text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE FUNCTION taste(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';
CREATE OPERATOR <+> (LEFTARG = text, RIGHTARG = text, FUNCTION = taste);
ANALYZE customers;

-- Code that writing sets off.
CREATE TABLE stamped (id int, word text, at timestamptz);
CREATE FUNCTION on_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION on_stamp();
CREATE TABLE steered (id int, word text);
CREATE FUNCTION on_steer() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.word := (SELECT ssn FROM customers WHERE id = 1); RETURN NEW; END $$;
CREATE TRIGGER steer BEFORE INSERT OR UPDATE ON steered FOR EACH ROW EXECUTE FUNCTION on_steer();
CREATE TABLE broken (id int);
CREATE FUNCTION on_break() RETURNS trigger LANGUAGE plpgsql AS
  $$ DECLARE it text := (SELECT ssn FROM customers WHERE id = 1); BEGIN
     RAISE DEBUG '%', it; RAISE LOG '%', it; RAISE INFO '%', it; RAISE NOTICE '%', it; RAISE WARNING '%', it USING HINT = it;
     PERFORM set_config('application_name', it, false);
     RAISE EXCEPTION '%', it USING DETAIL = it, HINT = it, ERRCODE = 'ZX001', COLUMN = it, CONSTRAINT = it, DATATYPE = it, TABLE = it, SCHEMA = it; END $$;
CREATE TRIGGER break AFTER INSERT ON broken FOR EACH STATEMENT EXECUTE FUNCTION on_break();
CREATE TABLE noted (word text);
CREATE TABLE noting (id int);
CREATE FUNCTION on_note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO noted SELECT ssn FROM customers WHERE id = 1; RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON noting FOR EACH ROW EXECUTE FUNCTION on_note();
CREATE TABLE ruled (id int, word text);
CREATE RULE also AS ON INSERT TO ruled DO ALSO SELECT ssn, ssn || '' FROM customers;
CREATE RULE instead AS ON UPDATE TO ruled DO INSTEAD UPDATE steered SET id = id RETURNING steered.id, steered.word;
CREATE VIEW front AS SELECT id, word FROM ruled UNION ALL SELECT 1, 'x';
CREATE TRIGGER steer INSTEAD OF INSERT OR UPDATE ON front FOR EACH ROW EXECUTE FUNCTION on_steer();
INSERT INTO steered VALUES (1);
