"""One value of 50 MB, as a parameter and back, in both formats."""
import psycopg

SIZE = 50_000_000

with psycopg.connect("", autocommit=True) as conn:
    data = bytes(range(250)) * (SIZE // 250)
    for binary in (False, True):
        cur = conn.cursor(binary=binary)
        cur.execute("SELECT length(%b), %b::bytea" if binary else "SELECT length(%t), %t::bytea", (data, data))
        length, back = cur.fetchone()
        assert length == SIZE and bytes(back) == data, length
print("ok")
