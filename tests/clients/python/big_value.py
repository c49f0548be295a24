"""One value of 50 MB, as a parameter and back: bytes in binary, a string as text."""
import psycopg

SIZE = 50_000_000
QUERY = "SELECT length(value), value FROM (SELECT {}) AS one (value)"

with psycopg.connect("", autocommit=True) as conn:
    data = bytes(range(250)) * (SIZE // 250)
    length, back = conn.cursor(binary=True).execute(QUERY.format("%b::bytea"), (data,)).fetchone()
    assert length == SIZE and bytes(back) == data, length
    text = "0123456789" * (SIZE // 10)
    length, back = conn.execute(QUERY.format("%t::text"), (text,)).fetchone()
    assert length == SIZE and back == text, length
print("ok")
