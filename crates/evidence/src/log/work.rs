//! What is to be written to the log, in order. A step that fails stays the next one.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{Files, place};
use super::trouble::Trouble;

/// Steps that are not done yet.
#[derive(Default)]
pub(super) struct Work {
    steps: VecDeque<Step>,
    bytes: usize,
}

/// One file, or a part of one. Doing it again does no harm.
pub(super) enum Step {
    /// A file that is there whole or not at all; it comes by way of `aside`.
    Whole {
        /// Where it is made, on the same file system.
        aside: PathBuf,
        /// Where it stands then.
        path: PathBuf,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// A part of a file that grows.
    Part {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What stands there.
        bytes: Vec<u8>,
    },
    /// A file that has grown to its end.
    Cut {
        /// The file; it need not be there.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
}

impl Work {
    pub(super) fn push(&mut self, step: Step) {
        if let Step::Whole { bytes, .. } | Step::Part { bytes, .. } = &step {
            self.bytes = self.bytes.saturating_add(bytes.len());
        }
        self.steps.push_back(step);
    }

    /// Bytes that wait to be written.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Does all that is to be done, until something fails.
    pub(super) fn run(&mut self, files: &mut impl Files) -> Result<(), Trouble> {
        while let Some(step) = self.steps.front() {
            step.run(files).map_err(Trouble::file("writing", step.path()))?;
            self.steps.pop_front();
        }
        self.bytes = 0;
        Ok(())
    }
}

impl Step {
    fn path(&self) -> &Path {
        let (Self::Whole { path, .. } | Self::Part { path, .. } | Self::Cut { path, .. }) = self;
        path
    }

    fn run(&self, files: &mut impl Files) -> io::Result<()> {
        match self {
            Self::Whole { aside, path, bytes } => place(files, aside, path, bytes),
            Self::Part { path, offset, bytes } => match files.write_at(path, *offset, bytes) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    path.parent().map_or(Ok(()), |folder| files.make_folder(folder))?;
                    files.write_at(path, *offset, bytes)
                }
                written => written,
            },
            Self::Cut { path, length } => files.cut(path, *length),
        }
    }
}
