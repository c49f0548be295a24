"""psycopg's pipeline mode before a policy: `forbidden` is denied, and the driver must know what to make of it."""
import psycopg
from psycopg import errors

with psycopg.connect("", autocommit=True) as conn:
    # An insert and a denial in one pipeline: one transaction, so no row.
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO kept VALUES (%s)", ["before"])
            conn.execute("SELECT 'forbidden'")
    except errors.InsufficientPrivilege as error:
        assert error.diag.message_hint == "Ask the owner of the table.", error.diag.message_hint
    else:
        raise SystemExit("the denial was not raised")

    # The denial first: what follows it in its batch is skipped, what follows the sync is not. The driver raises it at
    # whichever call finds the answer there.
    with conn.pipeline() as pipeline:
        denied = False
        batch = [
            lambda: conn.execute("SELECT 'forbidden'"),
            lambda: conn.execute("INSERT INTO kept VALUES (%s)", ["skipped"]),
            pipeline.sync,
        ]
        for call in batch:
            try:
                call()
            except errors.InsufficientPrivilege:
                denied = True
            except errors.PipelineAborted:
                assert denied
        if not denied:
            raise SystemExit("the denial was not raised by the end of its batch")
        conn.execute("INSERT INTO kept VALUES (%s)", ["after"])

    # A transaction block: rolled back whole.
    try:
        with conn.pipeline(), conn.transaction():
            conn.execute("INSERT INTO kept VALUES (%s)", ["in a transaction"])
            conn.execute("SELECT 'forbidden'")
    except (errors.InsufficientPrivilege, errors.PipelineAborted):
        pass
    else:
        raise SystemExit("the transaction was not refused")

    conn.execute("INSERT INTO kept VALUES (%s)", ["alone"])
print("ok")
