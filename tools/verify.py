#!/usr/bin/env python3
"""A second verifier of Signet's evidence log, written from docs/evidence-format.md alone. Python 3.11, `cryptography`.

python3 tools/verify.py LOG --key VKEY [--pin FILE] [--max-age SECONDS] [--master-key FILE [--keys FOLDER]] [--json]
"""
import argparse, base64, hashlib, hmac, json, os, re, stat, sys, time, unicodedata
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CODES = {"OK": 0, "IO": 70, "INCOMPLETE": 20, "STALE": 40, "ROLLBACK": 40, "UNTRUSTED": 30, "MALFORMED": 50, "TAMPERED": 10, "FORK": 60}
GRAVITY = list(CODES)
LARGEST, MOST_FAILURES, MOST_LACKING = 2**53 - 1, 1000, 1000
MOST_CIPHERTEXT = 2**28 + 2**16  # of one record
AHEAD = 300  # seconds
KEYS = {"body", "log", "mode", "mono", "nth", "payloads", "prev", "seq", "sid", "ss", "ts", "type", "v", "wall"}
SID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NATURAL, TEXT, HASH, CHAIN, WHOLE = "natural", "text", "hash", "chain", "integer"
STATUS, HOW = {"done", "failed", "not_run", "suspended", "unknown"}, {"approved", "rejected", "expired", "withdrawn", "deferred"}
ACTOR, RESOURCE = 64, 128  # texts of so many characters at most
COMMAND = {"command": NATURAL}
SESSION = {  # what the checks need of each body
    "session.start": {"actor": ACTOR, "resource": RESOURCE, "identity": TEXT, "run": CHAIN}, "command": COMMAND, "progress": COMMAND,
    "result.part": {"command": NATURAL, "part": NATURAL}, "outcome": {"command": NATURAL, "status": STATUS}, "refusal": {},
    "hold": COMMAND, "hold.end": {"command": NATURAL, "how": HOW}, "cancel": {}, "shown": {}, "violation": {},
    "session.end": {"cause": TEXT, "commands": NATURAL, "records": NATURAL}}
GATEWAY = {
    "log.genesis": {"schema": HASH, "key": TEXT}, "gateway.started": {}, "gateway.stopped": {"cause": TEXT},
    "gateway.recovered": {}, "gateway.failclosed": {}, "heads": {"part": NATURAL, "parts": NATURAL},
    "clock.step": {"by_us": WHOLE}, "signin.refused": {}, "admin.act": {}, "evidence.read": {}, "payload.erased": {"chain": CHAIN}}


class Malformed(Exception):
    """Not of the format."""


class Stop(Exception):
    """Looking on is of no use."""


def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def mac(key, *parts): return hmac.new(key, b"".join(parts), hashlib.sha256).digest()
def be64(number): return number.to_bytes(8, "big")


def unbase64(text, length=None):
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Malformed("not base64") from None
    if base64.b64encode(raw).decode() != text or length not in (None, len(raw)):
        raise Malformed("not base64 in its one form")
    return raw


def is_a(kind, value):
    if kind in (NATURAL, WHOLE):
        return type(value) is int and (kind == WHOLE or value >= 0)
    if type(kind) is set:
        return type(value) is str and value in kind
    if kind == TEXT or type(kind) is int:
        return type(value) is str and (kind == TEXT or len(value) <= kind)
    try:
        return type(value) is str and bool(SID.fullmatch(value) if kind == CHAIN else unbase64(value, 32))
    except Malformed:
        return False


def need(of, **kinds):
    for key, kind in kinds.items():
        if key not in of or not is_a(kind, of[key]):
            raise Malformed(f"`{key}` is missing or not of its form")


def open_regular(path):
    """A pipe or a device would be waited for, or never end."""
    file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise OSError("not a regular file")


def read_small(path):
    with open_regular(path) as file:
        return file.read(65537)


def shown(text):
    """Nothing of the log may steer a terminal."""
    return json.dumps(text[:200]) if isinstance(text, str) else "?"


def harmless(note):
    """A note byte for byte, but for what steers a terminal."""
    hidden = lambda letter: letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")
    return "".join(f"\\u{{{ord(letter):x}}}" if hidden(letter) else letter for letter in note)


# The one form of JSON (section 2).

def written(value, depth=0):
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int and abs(value) <= LARGEST:
        return str(value)
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if type(value) in (dict, list) and depth < 8:
        if type(value) is list:
            return "[" + ",".join(written(item, depth + 1) for item in value) + "]"
        if not all(re.fullmatch("[a-z0-9_]{1,64}", key) for key in value):
            raise Malformed("not a key")
        return "{" + ",".join(f'"{key}":{written(value[key], depth + 1)}' for key in sorted(value)) + "}"
    raise Malformed("not a value of this format, or too deep")


def parse_json(raw):
    if len(raw) > 65535:
        raise Malformed("too long")
    try:
        value = json.loads(raw.decode("utf-8"))
        if written(value).encode("utf-8") != raw:
            raise Malformed("not in its one form")
    except (ValueError, RecursionError):
        raise Malformed("not JSON in UTF-8") from None
    return value


# Notes, checkpoints and keys (section 5).

PRIME = 2**255 - 19
EIGHTH = int("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16)
SMALL = {0, 1, PRIME - 1, EIGHTH, PRIME - EIGHTH}


def is_small(point):
    """Whether it is one of the eight points of Ed25519 under which a signature is anybody's."""
    return int.from_bytes(point, "little") % 2**255 % PRIME in SMALL


def is_name(name): return bool(name) and not re.search(r"[\s+\x00-\x1f\x7f-\x9f]", name)


def parse_key(text):
    try:
        name, number, key = text.split("+", 2)
        raw = unbase64(key, 33)
        if not is_name(name) or raw[0] != 1 or is_small(raw[1:]) or number != sha(name.encode(), b"\n", raw)[:4].hex():
            raise Malformed("not a verifier key")
        return {"name": name, "id": bytes.fromhex(number), "public": Ed25519PublicKey.from_public_bytes(raw[1:]), "text": text}
    except ValueError:
        raise Malformed("not a verifier key") from None


def parse_note(raw):
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    text, empty, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if len(raw) > 65536 or re.search(r"[\x00-\x09\x0b-\x1f]", note) or not empty or lines.pop() or not 1 <= len(lines) <= 64:
        raise Malformed("not a signed note")
    signatures = {}
    for line in lines:
        dash, name, signed = (line.split(" ", 2) + ["", ""])[:3]
        raw = unbase64(signed)
        if dash != "\u2014" or not is_name(name) or len(raw) < 5 or (name, raw[:4]) in signatures:
            raise Malformed("a signature line is malformed, or a key signs twice")
        signatures[name, raw[:4]] = raw[4:]
    lines = text.split("\n")
    if len(lines) != 3 or not is_name(lines[0]) or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) or int(lines[1]) > 2**53:
        raise Malformed("not a checkpoint of three lines")
    return {"origin": lines[0], "size": int(lines[1]), "root": unbase64(lines[2], 32), "note": note,
            "text": (text + "\n").encode(), "signatures": signatures}


def signed_by(note, key):
    try:
        signature = note["signatures"][key["name"], key["id"]]
        key["public"].verify(signature, note["text"])
        return note["origin"] == key["name"] and not is_small(signature[:32])
    except (KeyError, InvalidSignature):
        return False


def tree_root(stack):
    root = None
    for _, hash_ in reversed(stack):
        root = hash_ if root is None else sha(b"\x01", hash_, root)
    return root or sha(b"")


def tree_push(stack, hash_):
    level = 0
    while stack and stack[-1][0] == level:
        hash_, level = sha(b"\x01", stack.pop()[1], hash_), level + 1
    stack.append((level, hash_))


def numbered(folder, index, width=256):
    groups = re.findall("...", str(index).zfill(-(-len(str(index)) // 3) * 3))
    return folder + "/" + "/".join(["x" + group for group in groups[:-1]] + groups[-1:]) + (f".p/{width}" if width < 256 else "")


class Verifier:
    def __init__(self, options):
        self.options, self.failures, self.notes, self.count, self.verdict = options, [], [], 0, "OK"
        self.forked, self.newer, self.lacking, self.records, self.newest, self.before, self.gaps = [], 0, 0, 0, None, None, False
        self.chains, self.ended, self.counts, self.heads = {}, set(), {"actor": {}, "resource": {}}, None
        self.missing, self.at_hand, self.pack = {}, {}, None
        self.levels, self.stack, self.at_pin = [[0, []] for _ in range(8)], [], None

    def fail(self, verdict, place, text):
        self.verdict, self.count = max(self.verdict, verdict, key=GRAVITY.index), self.count + 1
        if len(self.failures) < MOST_FAILURES:
            self.failures.append({"verdict": verdict, "place": str(place), "text": text})

    def lack(self, verdict, path, text):
        """A file that is missing, short or unreadable. After a thousand the rest is not looked for."""
        self.fail(verdict, path, text)
        self.lacking += 1
        if self.lacking >= MOST_LACKING:
            raise Stop

    def note(self, place, text):
        if len(self.notes) < MOST_FAILURES:
            self.notes.append({"place": str(place), "text": text})

    # Files (section 1).

    def open(self, path):
        try:
            return open_regular(os.path.join(self.options.log, path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, paths, longest):
        """The first of these files that is there: its path and bytes."""
        for path in paths:
            try:
                if file := self.open(path):
                    with file:
                        return path, file.read(longest + 1)
            except OSError as error:
                return self.lack("IO", path, str(error))
        return self.lack("INCOMPLETE", paths[0], "is missing")

    # The whole (section 7).

    def run(self):
        if not os.path.isdir(self.options.log):
            return self.fail("IO", self.options.log, "no such folder")
        found = self.read(["checkpoint"], 65536)
        if not found:
            return None
        try:
            newest = parse_note(found[1])
        except Malformed as error:
            return self.fail("MALFORMED", "checkpoint", str(error))
        key, older = self.options.key, None
        if not key:
            self.fail("UNTRUSTED", "checkpoint", "no key was given")
        elif not signed_by(newest, key):
            return self.fail("UNTRUSTED", "checkpoint", "is not signed by the given key")
        elif self.options.pin is not None:
            older = self.pinned(newest)
        self.origin, self.pin = newest["origin"], older
        try:
            self.walk(newest["size"])
            self.finish(newest, older)
        except Stop:
            self.note("log", "so much is missing that nothing was looked for behind this")
        if self.options.max_age is not None:
            age = None if self.newest is None else time.time() - self.newest / 1e6
            if age is None or not -AHEAD <= age <= self.options.max_age:
                self.fail("STALE", "log", "the newest record is older than allowed, or in the future of this clock")
        return None

    def pinned(self, newest):
        try:
            older = parse_note(self.options.pin)
        except Malformed as error:
            return self.fail("MALFORMED", "pin", str(error))
        if not signed_by(older, self.options.key):
            return self.fail("UNTRUSTED", "pin", "is not signed by the given key")
        if older["size"] > newest["size"]:
            return self.fail("ROLLBACK", "checkpoint", f"{older['size']} records were seen before")
        if older["size"] == newest["size"] and older["root"] != newest["root"]:
            self.fork(newest, older)
        return older

    def fork(self, newest, older):
        self.fail("FORK", "checkpoint", "two histories were signed")
        self.forked = [older["note"], newest["note"]]

    def finish(self, newest, older):
        for level in range(8):
            if self.levels[level][1]:
                self.close_tile(level)
        for sid, (first, count, what) in self.missing.items():
            self.fail("INCOMPLETE", f"record {first}", f"{count} payloads of chain {sid}: {what}, and none erased them")
        if self.chains:
            self.note("log", f"{len(self.chains)} chains are open")
        if self.stack is not None and tree_root(self.stack) != newest["root"]:
            self.fail("TAMPERED", "log", "the records do not have the root that was signed")
        elif older and self.at_pin and self.at_pin != older["root"]:
            self.fork(newest, older)

    def walk(self, size):
        for index in range(-(-size // 256)):
            width, count = min(256, size - 256 * index), 0
            self.pack = {"path": numbered("payload", index), "file": None, "state": "new"}
            paths = [numbered("tile/entries", index, width), numbered("tile/entries", index)]
            if found := self.read(paths[: 1 + (width < 256)], 256 * 65537):
                count = self.bundle(found, 256 * index, width, 256 if found[0] == paths[1] else width)
            for _ in range(count, width):
                self.lost()
                self.push_hash(None)
            if width == 256 and self.pack_file() and self.pack["file"].read(1):
                self.fail("TAMPERED", self.pack["path"], "something stands behind the last ciphertext")
            if self.pack["file"]:
                self.pack["file"].close()

    def bundle(self, found, first, width, holds):
        (path, raw), at, count = found, 0, 0
        while at < len(raw):
            end = at + 2 + int.from_bytes(raw[at:at + 2], "big")
            if at + 2 > len(raw) or end > len(raw):
                self.fail("MALFORMED", path, "ends inside an entry")
                break
            if count == holds:
                self.fail("TAMPERED", path, "something stands behind the last entry")
                break
            if count < width:
                self.leaf(first + count, raw[at + 2:end])
            at, count = end, count + 1
        if count < holds:
            self.lack("INCOMPLETE", path, f"holds {count} of {holds} entries")
        return min(count, width)

    def push_hash(self, hash_):
        for level in range(8):
            self.levels[level][1].append(hash_)
            if len(self.levels[level][1]) < 256:
                return
            hash_ = self.close_tile(level)

    def close_tile(self, level):
        """Compares a tile with its file; what could not be read below is taken from it."""
        index, hashes = self.levels[level]
        self.levels[level] = [index + 1, []]
        paths = [numbered(f"tile/{level}", index, len(hashes)), numbered(f"tile/{level}", index)]
        theirs = []
        if found := self.read(paths[: 1 + (len(hashes) < 256)], 8192):
            holds = 32 * (256 if found[0] == paths[1] else len(hashes))
            if len(found[1]) != holds:
                self.fail("INCOMPLETE" if len(found[1]) < holds else "TAMPERED", found[0], "holds fewer or more hashes than it must")
            theirs = [found[1][at:at + 32] for at in range(0, len(found[1]) - 31, 32)] if len(found[1]) <= 8192 else []
        theirs += [None] * (len(hashes) - len(theirs))
        for at, (ours, their) in enumerate(zip(hashes, theirs)):
            if ours and their and ours != their:
                self.fail("TAMPERED", found[0], f"has another hash for number {256 * index + at} of its level")
        known = [ours or their for ours, their in zip(hashes, theirs)]
        if None in known:
            self.stack = None if level == 0 else self.stack
            return None
        stack = []
        for hash_ in known:
            tree_push(stack, hash_)
            if level == 0 and self.stack is not None:
                tree_push(self.stack, hash_)
                if self.pin and sum(1 << height for height, _ in self.stack) == self.pin["size"]:
                    self.at_pin = tree_root(self.stack)
        return tree_root(stack)

    # Records (sections 2 and 3).

    def lost(self):
        self.gaps, self.pack["state"] = True, "lost"
        self.before = self.before and (self.before[0], False)

    def leaf(self, seq, raw):
        hash_, self.records = sha(b"\x00", raw), self.records + 1
        self.push_hash(hash_)
        try:
            record = parse_json(raw)
            self.form(record)
        except Malformed as error:
            self.fail("MALFORMED", f"record {seq}", str(error))
            return self.lost()
        if record["log"] != self.origin:
            self.fail("TAMPERED", f"record {seq}", f"is of the log {shown(record['log'])}")
        if record["seq"] != seq:
            self.fail("TAMPERED", f"record {seq}", f"says that it is record {record['seq']}")
        self.time(seq, record)
        self.chain(seq, record, hash_)
        if record["v"] != 1:
            self.newer += 1
            self.fail("INCOMPLETE", f"record {seq}", "is of a newer version, whose meaning is not known here")
            self.pack["state"] = "lost"
            return None
        for reference in record.get("payloads", []):
            self.payload(seq, record["sid"], reference)
        return self.remark(seq, record)

    def form(self, record):
        if type(record) is not dict:
            raise Malformed("a record is an object")
        need(record, v=NATURAL, seq=NATURAL, log=TEXT, sid=CHAIN, ss=NATURAL, ts=NATURAL)
        if record["v"] < 1 or record["ss"] < 1 or (record["ss"] == 1) == ("prev" in record):
            raise Malformed("`v`, `ss` or `prev` is not of its form")
        if "prev" in record:
            need(record, prev=HASH)
        if record["v"] > 1:
            return
        need(record, wall=NATURAL, mono=NATURAL, type=TEXT)
        if set(record) - KEYS or type(record.get("body")) is not dict or record.get("mode", "async") not in ("async", "output-commit"):
            raise Malformed("a key that has no place, or `body` or `mode` is not of its form")
        need(record["body"], **SESSION.get(record["type"], GATEWAY.get(record["type"], {})))
        nth = record.get("nth")
        if (record["type"] == "session.start") != ("nth" in record) or nth is not None and (type(nth) is not dict or len(nth) != 2):
            raise Malformed("`nth` is not of its form")
        if nth:
            need(nth, actor=NATURAL, resource=NATURAL)
        payloads = record.get("payloads", [None])
        if type(payloads) is not list or not payloads:
            raise Malformed("`payloads` is not of its form")
        for reference in payloads if "payloads" in record else []:
            if type(reference) is not dict or set(reference) - {"cut"} != {"id", "kind", "size", "e", "c"}:
                raise Malformed("`payloads` is not of its form")
            need(reference, id=NATURAL, kind=TEXT, size=NATURAL, e=HASH, c=HASH, **({"cut": HASH} if "cut" in reference else {}))
            size = reference["size"]
            if reference["id"] < 1 or size < 80 or size % 64 != 16:
                raise Malformed("`payloads` is not of its form")
        if "payloads" in record and sum(reference["size"] for reference in payloads) > MOST_CIPHERTEXT:
            raise Malformed("more ciphertext than a record can have")

    def time(self, seq, record):
        (before, adjacent), ts = self.before or (0, seq == 0), record["ts"]
        if ts < before:
            self.fail("TAMPERED", f"record {seq}", "its time is before that of the record before it")
        elif adjacent and record["v"] == 1 and max(record["wall"], before) != ts:
            self.fail("TAMPERED", f"record {seq}", "`ts` is neither the clock's time nor that of the record before it")
        if self.before and ts - before > 60_000_000 and any(chain["owner"] is GATEWAY for chain in self.chains.values()):
            self.note(f"record {seq}", f"{(ts - before) // 1_000_000} seconds without a record before it")
        self.before, self.newest = (max(ts, before), True), max(ts, before)

    def chain(self, seq, record, hash_):
        sid, ss, kind = record["sid"], record["ss"], record["type"] if record["v"] == 1 else None
        tampered = lambda text: self.fail("TAMPERED", f"record {seq}", text)
        self.gaps |= kind is None
        if seq == 0 and kind not in ("log.genesis", None):
            tampered("the first record of a log is log.genesis")
        self.check_heads(seq, record, kind, tampered)
        if sid in self.ended:
            return tampered(f"chain {sid} ended before it")
        chain = self.chains.get(sid)
        if not chain:
            chain = self.chains[sid] = {"owner": None, "ss": ss, "whole": ss == 1, "genesis": False, "commands": 0,
                                        "used": set(), "held": set(), "approved": set(), "running": set(), "ids": set(), "run": None, "sessions": 0}
            if ss > 1:
                self.fail("INCOMPLETE", f"record {seq}", f"the first {ss - 1} records of chain {sid} are missing")
        elif ss > chain["ss"] + 1:
            self.fail("INCOMPLETE", f"record {seq}", f"records {chain['ss'] + 1} to {ss - 1} of chain {sid} are missing")
            chain["whole"] = False
        elif ss <= chain["ss"]:
            tampered(f"is number {ss} of chain {sid}, in which {chain['ss'] + 1} is next")
            chain["whole"] = False
        elif record["prev"] != chain["head"]:
            tampered(f"`prev` is not the hash of the record before it in chain {sid}")
        chain["ss"], chain["head"] = max(ss, chain["ss"]), base64.b64encode(hash_).decode()
        after_genesis, chain["genesis"] = chain["genesis"], kind == "log.genesis"
        chain["whole"] &= kind is not None
        for reference in record.get("payloads", []) if kind else []:
            if reference["id"] in chain["ids"]:
                tampered(f"payload {reference['id']} is there twice")
            chain["ids"].add(reference["id"])
        if kind not in SESSION and kind not in GATEWAY:
            if kind and ss == 1:
                tampered("a type that is not known here cannot be number 1 of a chain")
            return None
        owner = SESSION if kind in SESSION else GATEWAY
        begins = {"log.genesis": seq == 0, "session.start": ss == 1,
                  "gateway.started": ss == 1 or ss == 2 and (after_genesis or not chain["whole"])}
        if not begins.get(kind, ss > 1):
            tampered(f"{kind} cannot be number {ss} of a chain")
        chain["owner"] = chain["owner"] or owner
        if chain["owner"] is not owner:
            tampered(f"{kind} does not belong in chain {sid}")
        return self.meaning(seq, record, kind, chain, tampered)

    def meaning(self, seq, record, kind, chain, tampered):
        body = record["body"]
        if kind == "command":
            chain["commands"] += 1
            number = body["command"]
            if number in chain["running"] or chain["whole"] and number in chain["used"] and number not in chain["approved"]:
                tampered("is running already, or was there before")
            chain["running"].add(number)
            chain["used"].add(number)
            chain["approved"].discard(number)
        elif kind == "hold":
            if body["command"] in chain["used"]:
                tampered("a command of this number was there before")
            chain["used"].add(body["command"])
            chain["held"].add(body["command"])
        elif kind == "hold.end":
            if body["command"] not in chain["held"] and chain["whole"]:
                tampered("ends the hold of a command that is not held")
            chain["held"].discard(body["command"])
            if body["how"] == "approved":
                chain["approved"].add(body["command"])
        elif kind in ("progress", "result.part"):
            if body["command"] not in chain["running"] and chain["whole"]:
                tampered("is of a command that is not running")
        elif kind == "outcome":
            if body["command"] not in chain["running"] and chain["whole"]:
                tampered("is the outcome of a command that is not running")
            chain["running"].discard(body["command"])
        elif kind == "session.start":
            run = self.chains.get(body["run"], {})
            if run.get("owner") is GATEWAY:
                run["sessions"] += 1
                self.leave(chain["run"])
                chain["run"] = body["run"]
            elif not self.gaps:
                tampered("begins in a run of the gateway that is not open")
            for key, counts in self.counts.items():
                says, count = record["nth"][key], counts.get(body[key], 0) + 1
                if says < count:
                    tampered(f"says session {says} of its {key} where it is number {count}")
                elif says > count and not self.gaps:
                    self.fail("INCOMPLETE", f"record {seq}", f"{says - count} sessions of its {key} are missing before it")
                counts[body[key]] = max(says, count)
        elif kind in ("session.end", "gateway.stopped"):
            del self.chains[record["sid"]]
            self.ended.add(record["sid"])
            self.leave(chain["run"])
            if chain["owner"] is GATEWAY and chain["sessions"] and not self.gaps:
                text = f"ends a run of the gateway with {chain['sessions']} sessions open"
                if body["cause"] == "crash":  # The start that writes this has ended them before.
                    tampered(text)
                else:
                    self.note(f"record {seq}", text)
            if chain["owner"] is SESSION and kind == "session.end":
                if body["records"] != chain["ss"] or chain["whole"] and body["commands"] != chain["commands"]:
                    tampered("counts other records or commands than there are")
                for command in sorted(chain["running"] if chain["whole"] else []):
                    self.fail("INCOMPLETE", f"record {seq}", f"command {command} has no outcome")

    def leave(self, run):
        if run in self.chains:
            self.chains[run]["sessions"] = max(0, self.chains[run]["sessions"] - 1)

    # Heads (section 6).

    def check_heads(self, seq, record, kind, tampered):
        begun, self.heads = self.heads, None
        if self.gaps:
            return
        sid = record["sid"]
        if kind != "heads":
            if begun and begun["sid"] == sid:
                tampered("stands where the next part of the heads must stand")
            return
        body = record["body"]
        part, parts = body["part"], body["parts"]
        if part == 1 <= parts and (not begun or begun["sid"] != sid):
            begun = {"sid": sid, "next": (seq, 1, parts), "own": dict(self.chains.get(sid, {})), "left": set(self.chains), "last": {}}
        if not begun or (begun["sid"], begun["next"]) != (sid, (seq, part, parts)):
            return tampered("a part of the heads is out of place")
        for name, key, kinds in (("open", "sid", {"sid": CHAIN, "ss": NATURAL, "head": HASH}),
                                 ("actors", "id", {"id": TEXT, "sessions": NATURAL}), ("resources", "id", {"id": TEXT, "sessions": NATURAL})):
            for entry in body.get(name, []) if type(body.get(name, [])) is list else [None]:
                try:
                    need(entry if type(entry) is dict else {}, **kinds)
                except Malformed as error:
                    self.fail("MALFORMED", f"record {seq}", f"`{name}`: {error}")
                    break
                if begun["last"].get(name) is not None and begun["last"][name].encode() >= entry[key].encode():
                    tampered(f"names something twice or out of order in {name}")
                begun["last"][name] = entry[key]
                if name == "open":
                    chain = begun["own"] if entry["sid"] == sid else self.chains.get(entry["sid"], {})
                    begun["left"].discard(entry["sid"])
                    if (chain.get("ss"), chain.get("head")) != (entry["ss"], entry["head"]):
                        tampered(f"is wrong about chain {entry['sid']}")
                elif entry["sessions"] != self.counts[name[:-1]].get(entry["id"], 0):
                    tampered(f"is wrong about the sessions of {shown(entry['id'])}")
        if part < parts:
            begun["next"], self.heads = (seq + 1, part + 1, parts), begun
        elif begun["left"]:
            tampered(f"does not name {len(begun['left'])} open chains")

    # Payloads (section 4).

    def pack_file(self):
        if self.pack["state"] == "new":
            try:
                self.pack["file"] = self.open(self.pack["path"])
                self.pack["state"] = "open" if self.pack["file"] else "ended"
            except OSError as error:
                self.fail("IO", self.pack["path"], str(error))
                self.pack["state"] = "lost"
        return self.pack["state"] == "open"

    def payload(self, seq, sid, reference):
        opened, left, hash_, parts = self.pack_file(), reference["size"], hashlib.sha256(), []
        if self.pack["state"] == "lost":
            return
        while left and opened:
            part = self.pack["file"].read(min(left, 65536))
            hash_.update(part)
            left -= len(part)
            parts += [part] if self.options.master else []
            if not part:
                self.pack["state"], opened = "ended", False
        if not opened:
            return self.miss(seq, sid, "the ciphertexts are missing")
        if base64.b64encode(hash_.digest()).decode() != reference["e"]:
            return self.fail("TAMPERED", f"record {seq}", f"payload {reference['id']} is not the one of the record")
        if self.options.master:
            self.open_payload(seq, sid, reference, b"".join(parts))

    def miss(self, seq, sid, what):
        first, count, first_what = self.missing.get(sid, (seq, 0, what))
        self.missing[sid] = (first, count + 1, first_what)

    def chain_key(self, seq, sid):
        try:
            with open_regular(os.path.join(self.options.keys, sid[:6], sid)) as file:
                key = parse_json(file.read(4096).removesuffix(b"\n"))
            if type(key) is not dict:
                raise Malformed("not an object")
            need(key, v=NATURAL, sid=CHAIN, by=TEXT, nonce=TEXT, key=TEXT)
            nonce, wrapped = unbase64(key["nonce"], 12), unbase64(key["key"], 48)
            if key["v"] != 1 or key["sid"] != sid:
                raise Malformed("of another version or chain")
            if key["by"] != sha(self.options.master).hex()[:16]:
                return self.fail("INCOMPLETE", f"record {seq}", "the key is wrapped under another master key")
            aad = b"\0".join([b"signet/key/1", self.origin.encode(), sid.encode()])
            plain = AESGCM(self.options.master).decrypt(nonce, wrapped, aad)
            return [HKDF(SHA256(), 32, None, b"signet/payload/1/" + use).derive(plain) for use in (b"encrypt", b"commit")]
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            return self.fail("IO", f"record {seq}", str(error))
        except Malformed as error:
            return self.fail("MALFORMED", f"record {seq}", f"the key of chain {sid}: {error}")
        except InvalidTag:
            return self.fail("TAMPERED", f"record {seq}", f"the key of chain {sid} is not what the master key wrapped")

    def open_payload(self, seq, sid, reference, ciphertext):
        if sid not in self.at_hand:
            self.at_hand[sid] = self.chain_key(seq, sid)
        keys, kind, number = self.at_hand[sid], reference["kind"].encode(), be64(reference["id"])
        if keys == "missing":
            return self.miss(seq, sid, "the key is missing")
        if not keys:
            return None
        try:
            aad = b"\0".join([b"signet/payload/1", self.origin.encode(), sid.encode(), kind])
            padded = AESGCM(keys[0]).decrypt(bytes(4) + number, ciphertext, aad)
            plain = padded.rstrip(b"\0")[:-1]
            if padded != plain + b"\x80" + bytes(-(len(plain) + 1) % 64):
                return self.fail("TAMPERED", f"record {seq}", "a payload is padded in another way")
            parts = (b"signet/payload/1\0", kind, b"\0", be64(len(plain)), sha(plain))
            if base64.b64encode(mac(mac(keys[1], number, b"\0"), *parts)).decode() != reference["c"]:
                return self.fail("TAMPERED", f"record {seq}", "a payload is not what the record commits to")
        except InvalidTag:
            return self.fail("TAMPERED", f"record {seq}", "a payload is not what its key encrypted")

    def remark(self, seq, record):
        kind, body, place = record["type"], record["body"], f"record {seq}"
        if kind == "log.genesis" and self.options.key and body["key"] != self.options.key["text"]:
            self.fail("TAMPERED", place, "names another key than the one that signed")
        elif kind == "clock.step":
            self.note(place, f"the clock was set by {body['by_us']} us")
        elif kind == "gateway.failclosed":
            self.note(place, f"the journal failed: {shown(body.get('reason', ''))}")
        elif kind == "payload.erased":
            gone = self.missing.pop(body["chain"], (0, 0, ""))[1]
            self.note(place, f"the payloads of chain {body['chain']} were erased before this; {gone} are gone")
        elif kind == "session.start" and body["identity"] == "local":
            self.note(place, "a session of a local identity")


def arguments():
    parser = argparse.ArgumentParser(description="Verify an evidence log of Signet.")
    parser.add_argument("log")
    for name in ("--key", "--pin", "--max-age", "--master-key", "--keys"):
        parser.add_argument(name)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        if options.key:
            text = options.key if options.key.count("+") >= 2 else read_small(options.key).decode().strip()
            options.key = parse_key(text)
        if options.max_age is not None:
            number, unit = re.fullmatch("([0-9]+)([smhd]?)", options.max_age).groups()
            options.max_age = int(number) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    except (Malformed, AttributeError, OSError, ValueError):
        parser.error("--key or --max-age is not of its form")
    try:
        options.pin = options.pin and read_small(options.pin)
        options.keys = options.keys or os.path.join(os.path.dirname(os.path.abspath(options.log)), "keys")
        options.master = options.master_key and unbase64(read_small(options.master_key).decode().strip(), 32)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(CODES["IO"])
    except (Malformed, ValueError):
        parser.error("--master-key is not of its form")
    return options


def main():
    options = arguments()
    verifier = Verifier(options)
    verifier.run()
    code = CODES[verifier.verdict]
    if options.json:
        print(json.dumps({"verdict": verifier.verdict, "code": code, "records": verifier.records, "failures": verifier.failures,
                          "more_failures": verifier.count - len(verifier.failures), "notes": verifier.notes, "fork": verifier.forked}))
    else:
        for failure in verifier.failures:
            print("{verdict}: {place}: {text}".format(**failure))
        for note in verifier.notes:
            print("note: {place}: {text}".format(**note))
        if verifier.forked:
            print("These two contradict each other:\n\n" + "\n".join(map(harmless, verifier.forked)))
        newer = f"; {verifier.newer} are of a newer version, and what they mean was not checked" if verifier.newer else ""
        print(f"{verifier.verdict}: {verifier.records} records read, {verifier.count} failures{newer}")
    sys.exit(code)


if __name__ == "__main__":
    main()
