// node's `pg`: simple and extended queries, a named statement, a transaction, an error, notifications, types.
'use strict';
const assert = require('assert');
const { Client } = require('pg');

// Verified TLS when an authority is given; otherwise none, because `prefer` does not exist here.
const authority = process.env.PGSSLROOTCERT;
const ssl = authority ? { ca: require('fs').readFileSync(authority, 'utf8') } : false;

async function main() {
  const client = new Client({ ssl });
  await client.connect();
  await client.query('DROP TABLE IF EXISTS tour_node; CREATE TABLE tour_node (id int PRIMARY KEY, name text)');
  await parameters(client);
  await pipelined(client);
  await transaction(client);
  await notification(client);
  await client.query('DROP TABLE tour_node');
  await client.end();
  console.log('ok');
}

async function parameters(client) {
  const { rows } = await client.query('SELECT $1::int + 1 AS n, $2::text AS t, $3::jsonb AS j', [41, 'häßlich', { a: 1 }]);
  assert.deepStrictEqual(rows, [{ n: 42, t: 'häßlich', j: { a: 1 } }]);
  for (let i = 0; i < 5; i++) {
    const named = await client.query({ name: 'twice', text: 'SELECT $1::int * 2 AS n', values: [i] });
    assert.strictEqual(named.rows[0].n, i * 2);
  }
  const binary = await client.query({ text: 'SELECT 7::int AS n', binary: true });
  assert.strictEqual(binary.rows[0].n, 7);
}

// Queries are queued on one connection without waiting for each other's answers.
async function pipelined(client) {
  const jobs = [];
  for (let i = 0; i < 100; i++) jobs.push(client.query('INSERT INTO tour_node VALUES ($1, $2)', [i, `row ${i}`]));
  await Promise.all(jobs);
  const { rows } = await client.query('SELECT count(*)::int AS n FROM tour_node');
  assert.strictEqual(rows[0].n, 100);
}

async function transaction(client) {
  await client.query('BEGIN');
  await client.query("INSERT INTO tour_node VALUES (1000, 'rolled back')");
  await assert.rejects(client.query('SELECT 1 / 0'), { code: '22012' });
  await assert.rejects(client.query('SELECT 1'), { code: '25P02' });
  const end = await client.query('COMMIT');
  assert.strictEqual(end.command, 'ROLLBACK');
  const { rows } = await client.query('SELECT count(*)::int AS n FROM tour_node WHERE id = 1000');
  assert.strictEqual(rows[0].n, 0);
}

async function notification(client) {
  const heard = new Promise((resolve) => client.once('notification', resolve));
  await client.query('LISTEN tour');
  await client.query("NOTIFY tour, 'hello'");
  assert.strictEqual((await heard).payload, 'hello');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
