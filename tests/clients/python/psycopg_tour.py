"""psycopg 3: both protocols, both formats, pipelines, COPY, cursors, cancel, notifications, errors."""
import threading

import psycopg
from psycopg import errors


def main():
    with psycopg.connect("", autocommit=True) as conn:
        conn.execute("DROP TABLE IF EXISTS tour_psycopg")
        conn.execute("CREATE TABLE tour_psycopg (id int PRIMARY KEY, name text, data bytea)")
        parameters(conn)
        pipeline(conn)
        broken_pipeline(conn)
        copy_both_ways(conn)
        server_cursor(conn)
        failed_transaction(conn)
        cancel(conn)
        notify(conn)
        conn.execute("DROP TABLE tour_psycopg")
    print("ok")


def parameters(conn):
    for binary in (False, True):
        cur = conn.cursor(binary=binary)
        row = cur.execute(
            "SELECT %s::int + 1, %s::text, %b::bytea, %s::numeric, %s::int[], %s::text",
            (41, "häßlich", b"\x00\xff", "12.50", [1, 2, 3], None),
        ).fetchone()
        assert row[0] == 42 and row[1] == "häßlich" and bytes(row[2]) == b"\x00\xff", row
        assert str(row[3]) == "12.50" and row[4] == [1, 2, 3] and row[5] is None, row
    # The same statement often enough becomes a prepared one.
    for number in range(12):
        assert conn.execute("SELECT %s::int * 2", (number,), prepare=True).fetchone() == (number * 2,)


def pipeline(conn):
    with conn.pipeline() as pipe:
        for number in range(100):
            conn.execute("INSERT INTO tour_psycopg VALUES (%s, %s)", (number, f"row {number}"))
        pipe.sync()
        count = conn.execute("SELECT count(*) FROM tour_psycopg")
    assert count.fetchone() == (100,)


def broken_pipeline(conn):
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO tour_psycopg VALUES (1000, 'never')")
            conn.execute("SELECT 1 / 0")
            conn.execute("INSERT INTO tour_psycopg VALUES (1001, 'never')")
    except (errors.DivisionByZero, errors.PipelineAborted):
        pass
    else:
        raise AssertionError("the pipeline should have failed")
    assert conn.execute("SELECT count(*) FROM tour_psycopg WHERE id >= 1000").fetchone() == (0,)


def copy_both_ways(conn):
    cur = conn.cursor()
    for options in ("", " (FORMAT binary)"):
        cur.execute("TRUNCATE tour_psycopg")
        with cur.copy("COPY tour_psycopg (id, name) FROM STDIN" + options) as copy:
            if options:
                copy.set_types(["int4", "text"])
            for number in range(5000):
                copy.write_row((number, f"name {number}"))
        with cur.copy("COPY (SELECT id, name FROM tour_psycopg ORDER BY id) TO STDOUT" + options) as copy:
            copy.set_types(["int4", "text"])
            rows = list(copy.rows())
        assert len(rows) == 5000 and rows[4999][1] == "name 4999", (len(rows), rows[-1:])
    try:
        with cur.copy("COPY tour_psycopg (id, name) FROM STDIN") as copy:
            copy.write_row((9000, "withdrawn"))
            raise KeyError("the client gives up: CopyFail")
    except KeyError:
        pass
    assert conn.execute("SELECT count(*) FROM tour_psycopg").fetchone() == (5000,)


def server_cursor(conn):
    with conn.transaction(), conn.cursor(name="walk") as cur:
        cur.itersize = 500
        cur.execute("SELECT g FROM generate_series(1, 20000) g")
        assert sum(row[0] for row in cur) == 20000 * 20001 // 2


def failed_transaction(conn):
    try:
        with conn.transaction():
            conn.execute("INSERT INTO tour_psycopg VALUES (7000, 'rolled back')")
            conn.execute("INSERT INTO tour_psycopg VALUES (1, 'twice')")
    except errors.UniqueViolation as error:
        assert error.diag.constraint_name == "tour_psycopg_pkey", error.diag.constraint_name
    else:
        raise AssertionError("a duplicate key should have failed")
    assert conn.execute("SELECT count(*) FROM tour_psycopg WHERE id = 7000").fetchone() == (0,)


def cancel(conn):
    timer = threading.Timer(0.5, conn.cancel)
    timer.start()
    try:
        conn.execute("SELECT pg_sleep(30)")
    except errors.QueryCanceled:
        pass
    else:
        raise AssertionError("the query should have been cancelled")
    finally:
        timer.join()
    assert conn.execute("SELECT 1").fetchone() == (1,)


def notify(conn):
    # Tours of other drivers may be under way in the same database.
    conn.execute("LISTEN tour_of_psycopg")
    with psycopg.connect("", autocommit=True) as other:
        other.execute("NOTIFY tour_of_psycopg, 'hello'")
        sender = other.info.backend_pid
    heard = next(conn.notifies(timeout=10))
    assert heard.payload == "hello" and heard.pid == sender, (heard, sender)


main()
