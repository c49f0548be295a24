-- Who am I, for the database? The account of the gateway, whose password I do not know.
SELECT current_user, current_database();
-- A look at the data.
SELECT c.name, count(*) AS orders, sum(o.cents) / 100.0 AS total FROM customers c JOIN orders o ON o.customer = c.id GROUP BY c.name ORDER BY total DESC LIMIT 3;
-- A prepared statement.
PREPARE by_customer (int) AS SELECT id, item, state FROM orders WHERE customer = $1 ORDER BY id LIMIT 2;
EXECUTE by_customer (7);
-- Too much at once: the policy says no, and nothing reaches the database.
DELETE FROM orders;
-- A change, in a transaction. It waits here, in this session, until grace has agreed.
BEGIN;
UPDATE orders SET state = 'shipped' WHERE customer = 7;
COMMIT;
-- An error of the database stays what it is: native, with its own code (grace has agreed to this one, too).
INSERT INTO orders (customer, item, cents) VALUES (7, 'gift', -1);
