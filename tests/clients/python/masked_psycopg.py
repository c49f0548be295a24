"""psycopg: every column of a masked table in text and in binary, again and again, by cursors and by COPY: it decodes all of them."""
import psycopg

TYPES = {
    "id": int, "name": str, "ssn": str, "email": str, "card": int, "balance": "Decimal", "born": "date", "seen": "datetime",
    "at": "time", "token": "UUID", "ip": None, "vip": bool, "score": float, "small": int, "rate": float, "tags": list,
    "sums": list, "notes": None, "plain": None, "raw": bytes, "code": str,
}


def check(row, columns):
    for value, column in zip(row, columns):
        wanted = TYPES[column]
        if value is None or wanted is None:
            continue
        fits = type(value).__name__ == wanted if isinstance(wanted, str) else isinstance(value, wanted)
        assert fits, (column, value)


def main():
    connection = psycopg.connect("", autocommit=True)
    columns = list(TYPES)
    names = ", ".join(columns)
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            # Prepared at the fifth time, and then run without being described.
            for _ in range(10):
                rows = cursor.execute(f"SELECT {names} FROM customers WHERE id < %s ORDER BY id", (100,)).fetchall()
                assert len(rows) == 3, rows
                for row in rows:
                    check(row, columns)
                assert rows[0][0] == 1 and rows[0][1] == "Ada" and rows[0][11] is True, rows[0]
    with connection.transaction(), connection.cursor("named", binary=True) as cursor:
        cursor.itersize = 1
        cursor.execute(f"SELECT {names} FROM customers ORDER BY id")
        assert len([check(row, columns) for row in cursor]) == 3
    for form in ("text", "csv", "binary"):
        with connection.cursor() as cursor, cursor.copy(f"COPY customers ({names}) TO STDOUT (FORMAT {form})") as copy:
            data = b"".join(bytes(block) for block in copy)
        assert b"Ada" in data and b"536-90-4399" not in data and b"cn4ry" not in data, form
        if form == "binary":
            assert data.startswith(b"PGCOPY\n\xff\r\n\0") and data.endswith(b"\xff\xff"), data[-20:]
    with connection.pipeline(), connection.cursor(binary=True) as cursor:
        for _ in range(3):
            cursor.execute("SELECT id, ssn, card FROM customers ORDER BY id")
        assert len(cursor.fetchall()) == 3
    connection.close()
    print("ok")


main()
