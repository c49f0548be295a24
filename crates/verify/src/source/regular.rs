//! Files as they are opened: what a log or its keys come with may be a pipe or a device, which would be waited for.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file, and nothing else; never waits for who writes to a pipe.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}
