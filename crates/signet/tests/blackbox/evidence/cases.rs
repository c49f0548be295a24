//! The system calls on which evidence rests, and what must become of the gateway when one of them fails.

/// What the gateway does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It does not start, or lets nothing through any more: nobody knows what the disk holds.
    Closes,
    /// It goes on, and does again what failed: only what is derived from the journal is late.
    GoesOn,
}

/// What the start finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// What a kill left.
    Killed,
    /// Nothing: another log begins.
    Nothing,
    /// A record that was not written whole.
    Torn,
}

/// One kind of call that fails, once.
pub struct Case {
    /// As strace calls them.
    pub calls: &'static str,
    pub error: &'static str,
    /// In the data folder; of a rename, what gets another name. `SEGMENT` is the segment that the start goes on in, and
    /// `TORN` what it keeps of a torn record.
    pub paths: &'static [&'static str],
    pub found: Found,
    pub expected: Expected,
    /// Which of these calls of a thread fails: in `make test`, and in `make soak`.
    pub everyday: &'static [u32],
    pub soak: &'static [u32],
}

const SPARES: &[&str] = &[
    "journal/0.spare",
    "journal/1.spare",
    "journal/2.spare",
    "journal/3.spare",
    "journal/4.spare",
    "journal/5.spare",
    "journal/6.spare",
    "journal/7.spare",
];

const fn case(calls: &'static str, error: &'static str, paths: &'static [&'static str], expected: Expected) -> Case {
    Case { calls, error, paths, found: Found::Killed, expected, everyday: &[], soak: &[1, 2, 3] }
}

/// A full disk in the first rounds of a log: at other starts, what is not published yet is published before anything else, and
/// nothing is waited for.
const fn full(
    paths: &'static [&'static str],
    calls: &'static str,
    everyday: &'static [u32],
    soak: &'static [u32],
) -> Case {
    Case { found: Found::Nothing, everyday, soak, ..case(calls, "ENOSPC", paths, Expected::GoesOn) }
}

/// The journal: what fails here ends it.
const JOURNAL: &[Case] = &[
    Case { everyday: &[3], soak: &[1, 2, 3, 20], ..case("fdatasync", "EIO", &["SEGMENT"], Expected::Closes) },
    Case { soak: &[1, 5], ..case("fdatasync", "ENOSPC", &["SEGMENT"], Expected::Closes) },
    Case { everyday: &[2], soak: &[1, 3, 20], ..case("pwrite64", "EIO", &["SEGMENT"], Expected::Closes) },
    Case { soak: &[2, 9], ..case("pwrite64", "ENOSPC", &["SEGMENT"], Expected::Closes) },
    Case { soak: &[1, 2], ..case("/^rename", "EIO", SPARES, Expected::Closes) },
    Case { soak: &[1, 2], ..case("fsync", "EIO", &["journal"], Expected::Closes) },
    Case { soak: &[1, 4], ..case("read,pread64", "EIO", &["SEGMENT"], Expected::Closes) },
    // A segment that is published is to be used again.
    Case { soak: &[1], ..case("/^rename", "EIO", &["SEGMENT"], Expected::Closes) },
    Case { soak: &[1], ..case("fsync", "EIO", &["journal/spare.new"], Expected::GoesOn) },
    Case { soak: &[1, 3], ..case("write", "ENOSPC", &["journal/spare.new"], Expected::GoesOn) },
    Case { soak: &[1], ..case("/^rename", "EIO", &["journal/spare.new"], Expected::GoesOn) },
];

/// The publisher: a disk that is full may have space later, and what is derived can wait. Anything else ends the journal.
const PUBLISHER: &[Case] = &[
    full(&["log/new"], "openat", &[], &[1, 2]),
    full(&["log/new"], "write", &[], &[1, 2, 3]),
    // A tile, a bundle, and the checkpoint: all of them come by way of this name.
    full(&["log/new"], "/^rename", &[3], &[1, 2, 4]),
    full(&["log/payload/000"], "openat", &[], &[1]),
    full(&["log/payload/000"], "pwrite64", &[], &[1]),
    full(&["log/tile"], "/^mkdir", &[], &[1]),
    full(&["keys/new"], "write", &[], &[1, 2]),
    full(&["keys/new"], "/^rename", &[], &[1, 2]),
    case("write", "EIO", &["log/new"], Expected::Closes),
    Case { everyday: &[12], soak: &[1, 2, 3, 4], ..case("/^rename", "EIO", &["log/new"], Expected::Closes) },
    Case { soak: &[1], ..case("write", "EIO", &["keys/new"], Expected::Closes) },
    Case { soak: &[1, 2], ..case("syncfs", "EIO", &["log"], Expected::Closes) },
    Case { soak: &[1], ..case("syncfs", "EIO", &["keys"], Expected::Closes) },
];

/// The signer: what it has kept must be known for certain.
const SIGNER: &[Case] = &[
    full(&["signer/checkpoint.new"], "openat", &[], &[1, 3]),
    full(&["signer/checkpoint.new"], "write", &[], &[1, 2]),
    full(&["signer/checkpoint.new"], "/^rename", &[], &[1, 2]),
    // It is opened anew to be synced.
    Case { soak: &[2], ..case("openat", "EMFILE", &["signer/checkpoint.new"], Expected::Closes) },
    Case { soak: &[1, 2], ..case("/^rename", "EIO", &["signer/checkpoint.new"], Expected::Closes) },
    Case { everyday: &[2], soak: &[1], ..case("fsync", "EIO", &["signer/checkpoint.new"], Expected::Closes) },
    Case { everyday: &[1], soak: &[2], ..case("fsync", "EIO", &["signer"], Expected::Closes) },
];

/// A start: it begins, or mends, or does not come up.
const STARTS: &[Case] = &[
    Case { found: Found::Nothing, soak: &[1], ..case("openat", "EACCES", &["journal/lock"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("write", "ENOSPC", &["journal/reserve"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("fsync", "EIO", &["journal/reserve"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("fsync", "EIO", &["keys/master.new"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("/^rename", "EIO", &["keys/master.new"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("fsync", "EIO", &["keys"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("write", "ENOSPC", &["signer/key.new"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("fsync", "EIO", &["signer/key.new"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1, 2], ..case("fsync", "EIO", &["signer"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("/^rename", "EIO", &["log.new"], Expected::Closes) },
    Case { found: Found::Nothing, soak: &[1], ..case("fdatasync", "EIO", FIRST_SEGMENT, Expected::Closes) },
    Case { found: Found::Torn, everyday: &[1], soak: &[], ..case("fsync", "EIO", &["SEGMENT"], Expected::Closes) },
    Case { found: Found::Torn, soak: &[1], ..case("pwrite64", "EIO", &["SEGMENT"], Expected::Closes) },
    Case { found: Found::Torn, soak: &[1], ..case("write", "ENOSPC", &["TORN"], Expected::Closes) },
    Case { found: Found::Torn, soak: &[1], ..case("fsync", "EIO", &["TORN"], Expected::Closes) },
    Case { found: Found::Torn, soak: &[1], ..case("fsync", "EIO", &["journal"], Expected::Closes) },
];

const FIRST_SEGMENT: &[&str] = &["journal/00000000000000000000.journal"];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [JOURNAL, PUBLISHER, SIGNER, STARTS].into_iter().flatten()
}
