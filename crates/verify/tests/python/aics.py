"""Verifies a log with aics-tlog, which knows nothing of Signet: the note, all tiles and entries, and that the log continues an
older checkpoint. Ends with 0, or with 3 when the log is rejected.

    aics.py LOG VKEY [OLDER]
"""
import pathlib
import sys

import aics_tlog


def checkpoint(path, vkey):
    note = aics_tlog.parse_note(pathlib.Path(path).read_bytes())
    result = aics_tlog.verify_checkpoint(note, aics_tlog.parse_vkey(vkey))
    if not result.ok:
        raise ValueError(f"the checkpoint: {result}")
    return aics_tlog.parse_checkpoint(note.text)


def verify(log, vkey, older=None):
    newest = checkpoint(f"{log}/checkpoint", vkey)
    reader = aics_tlog.FileSystemTileReader(log)
    aics_tlog.audit_tiles(reader, newest.size, newest.root)
    if older:
        before = checkpoint(older, vkey)
        proof = aics_tlog.consistency_proof_from_tiles(reader, before.size, newest.size)
        if not aics_tlog.verify_consistency(before.size, newest.size, before.root, newest.root, proof):
            raise ValueError("the log does not continue the older checkpoint")


try:
    verify(*sys.argv[1:])
except (ValueError, OSError) as error:
    print("rejected:", error)
    sys.exit(3)
