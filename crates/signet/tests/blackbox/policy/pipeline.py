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

    # The denial first: what follows it in its batch is skipped, what follows the sync is not.
    with conn.pipeline() as pipeline:
        denied = conn.execute("SELECT 'forbidden'")
        skipped = conn.execute("INSERT INTO kept VALUES (%s)", ["skipped"])
        try:
            pipeline.sync()
        except errors.InsufficientPrivilege:
            pass
        else:
            raise SystemExit("the denial was not raised by the sync")
        conn.execute("INSERT INTO kept VALUES (%s)", ["after"])

    # A transaction block: rolled back whole.
    try:
        with conn.pipeline(), conn.transaction():
            conn.execute("INSERT INTO kept VALUES (%s)", ["in a transaction"])
            conn.execute("SELECT 'forbidden'")
    except (errors.InsufficientPrivilege, psycopg.errors.PipelineAborted):
        pass
    else:
        raise SystemExit("the transaction was not refused")

    conn.execute("INSERT INTO kept VALUES (%s)", ["alone"])
print("ok")
