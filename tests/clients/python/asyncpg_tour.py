"""asyncpg: binary everywhere, prepared statements, cursors, COPY, cancel by timeout, notifications."""
import asyncio
import datetime
import decimal
import io
import os
import uuid

import asyncpg


async def main():
    # asyncpg reads the PG* environment, but its sslmode for host names differs; say it plainly.
    conn = await asyncpg.connect(ssl=os.environ["PGSSLMODE"] if "PGSSLROOTCERT" not in os.environ else None)
    await conn.execute("DROP TABLE IF EXISTS tour_asyncpg; CREATE TABLE tour_asyncpg (id int PRIMARY KEY, name text)")
    await types(conn)
    await many(conn)
    await copy(conn)
    await timeout(conn)
    await notify(conn)
    await conn.execute("DROP TABLE tour_asyncpg")
    await conn.close()
    print("ok")


async def types(conn):
    when = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
    name = uuid.UUID(int=7)
    row = await conn.fetchrow(
        "SELECT $1::timestamptz, $2::uuid, $3::numeric, $4::jsonb, $5::text[], $6::bytea",
        when, name, decimal.Decimal("1.25"), '{"a": 1}', ["x", None], b"\x00\x01",
    )
    assert tuple(row) == (when, name, decimal.Decimal("1.25"), '{"a": 1}', ["x", None], b"\x00\x01"), row
    try:
        await conn.fetchval("SELECT $1::int / 0", 1)
    except asyncpg.DivisionByZeroError:
        pass
    else:
        raise AssertionError("a division by zero should have failed")


async def many(conn):
    await conn.executemany("INSERT INTO tour_asyncpg VALUES ($1, $2)", [(n, f"row {n}") for n in range(500)])
    statement = await conn.prepare("SELECT name FROM tour_asyncpg WHERE id = $1")
    assert await statement.fetchval(499) == "row 499"
    async with conn.transaction():
        seen = 0
        async for _ in conn.cursor("SELECT * FROM tour_asyncpg ORDER BY id", prefetch=50):
            seen += 1
    assert seen == 500, seen


async def copy(conn):
    records = [(n, f"copied {n}") for n in range(1000, 6000)]
    assert await conn.copy_records_to_table("tour_asyncpg", records=records) == "COPY 5000"
    out = io.BytesIO()
    await conn.copy_from_query("SELECT * FROM tour_asyncpg WHERE id >= 1000", output=out, format="csv")
    assert out.getvalue().count(b"\n") == 5000


async def timeout(conn):
    try:
        await conn.execute("SELECT pg_sleep(30)", timeout=0.5)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError("the query should have timed out")
    assert await conn.fetchval("SELECT 1") == 1


async def notify(conn):
    heard = asyncio.get_running_loop().create_future()
    await conn.add_listener("tour", lambda _conn, pid, _channel, payload: heard.done() or heard.set_result(payload))
    await conn.execute("NOTIFY tour, 'hello'")
    assert await asyncio.wait_for(heard, 10) == "hello"


asyncio.run(main())
