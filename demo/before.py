"""Puts the gateway's records beside the target's own log: each command was recorded before the target received it.

usage: before.py POSTGRES_LOG < records.jsonl
"""
import datetime
import json
import re
import sys


def received(path):
    """When the target says it received each statement: its log, with epoch milliseconds as the prefix."""
    found = {}
    for line in open(path, encoding="utf-8", errors="replace"):
        match = re.match(r"(\d+\.\d+) LOG:  (?:statement|execute [^:]*): (.*)", line)
        if match:
            found.setdefault(match.group(2).strip().rstrip(";"), float(match.group(1)))
    return found


def clock(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%H:%M:%S.%f")[:-3]


def main():
    target = received(sys.argv[1])
    late = shown = 0
    print(f"  {'recorded':12}  {'at target':12}  command")
    for line in sys.stdin:
        record = json.loads(line)
        if record.get("type") != "command" or "text" not in record:
            continue
        text = record["text"].strip().rstrip(";")
        if text not in target:
            continue
        recorded = record["time_us"] / 1e6
        shown += 1
        # The target's clock has milliseconds only.
        late += int(recorded * 1000) / 1000 > target[text]
        print(f"  {clock(recorded)}  {clock(target[text])}  {text[:84]}")
    if not shown or late:
        sys.exit(f"{late} of {shown} commands were not recorded before the target received them")


main()
