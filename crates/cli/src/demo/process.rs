//! Programs that the demo runs.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use rustix::process::{Pid, Signal, kill_process};

use super::patience::Patience;
use crate::failure::{Code, Failure, Outcome};

/// How long a program may take to end when it was asked to.
const FAREWELL: Duration = Duration::from_secs(10);

/// How long a program that ends by itself may take.
const LONGEST: Duration = Duration::from_secs(60);

/// How a program ended.
pub(super) struct Done {
    pub(super) code: Option<i32>,
    /// What it said on both outputs, in order.
    pub(super) said: String,
}

impl Done {
    /// What it said, when it ended well.
    pub(super) fn ok(self) -> Outcome<String> {
        if self.code == Some(0) {
            return Ok(self.said);
        }
        Err(failed(&self.said))
    }
}

/// A program with its output in a file. It is ended when this is dropped, by its process id.
pub(super) struct Running {
    child: Child,
    output: PathBuf,
    farewell: Signal,
}

impl Running {
    /// Starts it; what it says goes to the file. A signal from the keyboard reaches the demo alone.
    pub(super) fn start(mut command: Command, output: PathBuf, farewell: Signal) -> Outcome<Self> {
        let file = File::create(&output)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().map_err(|error| cannot_run(&command, &error))?;
        Ok(Self { child, output, farewell })
    }

    pub(super) fn said(&self) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&fs::read(&self.output)?).into_owned())
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end.
    pub(super) fn finish(mut self, patience: &Patience) -> Outcome<Done> {
        let status = patience.until("a program of the demo to end", LONGEST, || self.ended())?;
        Ok(Done { code: status.code(), said: self.said()? })
    }

    /// kill -9.
    pub(super) fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // A process that is gone meanwhile has ended, which is what is wanted.
        let _ = kill_process(Pid::from_child(&self.child), self.farewell);
        let asked = Instant::now();
        while asked.elapsed() < FAREWELL {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(10)),
                _ => return,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a short program to its end.
pub(super) fn run(command: Command, folder: &Path, patience: &Patience) -> Outcome<Done> {
    Running::start(command, folder.join("said"), Signal::TERM)?.finish(patience)
}

/// What a short program answers on its standard output.
///
/// # Errors
/// When it fails; with what it said then.
pub(super) fn answer(mut command: Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_run(&command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    Err(failed(&String::from_utf8_lossy(&output.stderr)))
}

/// A command that takes nothing from the environment which would point it elsewhere.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") || name.as_encoded_bytes().starts_with(b"SIGNET_") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C.UTF-8").current_dir("/");
    command
}

fn failed(said: &str) -> Failure {
    Failure::new(Code::Failed, format!("a program of the demo failed: {}", said.trim_end()))
}

fn cannot_run(command: &Command, error: &io::Error) -> Failure {
    Failure::new(Code::Failed, format!("cannot run {}: {error}", command.get_program().display()))
}
