"""asyncpg: binary everywhere, prepared statements and portals in parts, over masked columns: it decodes all of them."""
import asyncio
import datetime
import decimal
import os
import uuid

import asyncpg

TYPES = {
    "id": int, "name": str, "ssn": str, "email": str, "card": int, "balance": decimal.Decimal, "born": datetime.date,
    "seen": datetime.datetime, "at": datetime.time, "token": uuid.UUID, "ip": object, "vip": bool, "score": float, "small": int,
    "rate": float, "tags": list, "sums": list, "notes": str, "plain": str, "raw": bytes, "code": str,
}


def check(row):
    for column, wanted in TYPES.items():
        assert row[column] is None or isinstance(row[column], wanted), (column, row[column])


async def main():
    connection = await asyncpg.connect(ssl=os.environ["PGSSLMODE"] if "PGSSLROOTCERT" not in os.environ else None)
    names = ", ".join(TYPES)
    for _ in range(3):
        rows = await connection.fetch(f"SELECT {names} FROM customers WHERE id < $1 ORDER BY id", 100)
        assert len(rows) == 3 and rows[0]["name"] == "Ada" and rows[0]["vip"] is True
        for row in rows:
            check(row)
    statement = await connection.prepare(f"SELECT {names} FROM customers ORDER BY id")
    for _ in range(3):
        assert len(await statement.fetch()) == 3
    async with connection.transaction():
        count = 0
        async for row in connection.cursor(f"SELECT {names} FROM customers ORDER BY id", prefetch=1):
            check(row)
            count += 1
        assert count == 3, count
    rows = await connection.fetch("UPDATE customers SET name = name WHERE id = $1 RETURNING ssn, card", 1)
    assert len(rows) == 1 and "536" not in str(rows[0]), rows
    await connection.close()
    print("ok")


asyncio.run(main())
