// node-postgres: masked columns in text and in binary, prepared by name and run again: it decodes all of them.
const { Client } = require("pg");

const COLUMNS = [
  "id", "name", "ssn", "email", "card", "balance", "born", "seen", "at", "token", "ip", "vip", "score", "small", "rate", "tags",
  "sums", "notes", "plain", "raw", "code",
];

async function main() {
  const client = new Client({ ssl: false });
  await client.connect();
  const text = `SELECT ${COLUMNS.join(", ")} FROM customers WHERE id < $1 ORDER BY id`;
  for (const binary of [false, true]) {
    for (let time = 0; time < 3; time++) {
      const result = await client.query({ text, values: [100], name: `masked-${binary}`, binary });
      if (result.rows.length !== 3) throw new Error(`${result.rows.length} rows`);
      const row = result.rows[0];
      if (row.id !== 1 || row.name !== "Ada" || row.vip !== true) throw new Error(JSON.stringify(row));
      if (typeof row.score !== "number" || !Array.isArray(row.tags)) throw new Error(JSON.stringify(row));
      // In binary it leaves dates to others.
      if (!binary && !(row.born instanceof Date)) throw new Error(JSON.stringify(row));
    }
  }
  await client.end();
  console.log("ok");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
