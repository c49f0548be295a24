// What Prisma's schema engine sends on `migrate deploy`: its lock, its own table, the script as one message, and the
// introspection of the result. Written after its documented behaviour; the engine itself is a binary that npm does not carry.
const { Client } = require("pg");

const TABLE = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);`;

const SCRIPT = `-- CreateEnum
CREATE TYPE "Status" AS ENUM ('NEW', 'PAID');

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Order" (
    "id" SERIAL NOT NULL,
    "status" "Status" NOT NULL DEFAULT 'NEW',
    "userId" INTEGER NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
`;

const COLUMNS = `SELECT oid.namespace, info.table_name, info.column_name,
       format_type(att.atttypid, att.atttypmod) AS formatted_type, info.data_type, info.is_nullable,
       pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class
      JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace AND pg_namespace.nspname = ANY ($1)) AS oid
  ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum
WHERE table_schema = ANY ($1) ORDER BY namespace, table_name, ordinal_position`;

async function main() {
  const client = new Client();
  await client.connect();
  await client.query("SELECT version()");
  await client.query("SELECT pg_advisory_lock(72707369)");
  await client.query("SELECT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = $1), current_setting('server_version_num')::integer AS numeric_version", ["public"]);
  await client.query(TABLE);
  const id = "4a7b4c2e-0000-4000-8000-000000000001";
  const row = "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)";
  await client.query(row, [id, "c".repeat(64), "20260101000000_init"]);
  await client.query(SCRIPT);
  await client.query("UPDATE _prisma_migrations SET applied_steps_count = applied_steps_count + 1 WHERE id = $1", [id]);
  await client.query("UPDATE _prisma_migrations SET finished_at = $1 WHERE id = $2", [new Date(), id]);
  const { rows } = await client.query(COLUMNS, [["public"]]);
  if (!rows.some((row) => row.table_name === "Order" && row.column_name === "status")) throw new Error("no column was found");
  await client.end();
  console.log("migrated");
}

main().catch((error) => { console.error(error.message, error.code); process.exit(1); });
