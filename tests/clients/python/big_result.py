"""Reads a result of some GB row by row, in single-row mode, and says how many bytes came."""
import sys

import psycopg

rows, width = int(sys.argv[1]), int(sys.argv[2])
with psycopg.connect("") as conn, conn.cursor(binary=True) as cur:
    total = sum(len(row[0]) for row in cur.stream("SELECT repeat('x', %s) FROM generate_series(1, %s)", (width, rows)))
print(total)
