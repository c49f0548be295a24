//! psql at a terminal: script(1) makes the pseudo-terminal, the test types and reads the screen.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::door::Door;
use super::place::until;

/// A program on a terminal of its own.
pub struct Terminal {
    process: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    read: usize,
}

impl Terminal {
    /// psql without line editing, so that the screen holds what was sent and nothing else.
    pub fn psql(door: &Door) -> Self {
        Self::start("psql -X -n -q -A -t -v PROMPT1='ready> ' -v PROMPT2='more> '", door)
    }

    pub fn start(command: &str, door: &Door) -> Self {
        let mut process = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", command, "/dev/null"])
            .envs(door.environment())
            .env("TERM", "dumb")
            .env("PSQL_PAGER", "cat")
            .env("PGPASSFILE", "/nonexistent")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let (keyboard, mut output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                shown.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
        });
        Self { process, keyboard, screen, read: 0 }
    }

    pub fn type_line(&mut self, line: &str) {
        self.press(&format!("{line}\n"));
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn press_ctrl_c(&mut self) {
        self.press("\u{3}");
    }

    /// Waits until `needle` stands on the screen after what was expected before, and gives everything up to it.
    pub fn expect(&mut self, needle: &str, seconds: u64) -> String {
        let (screen, read) = (Arc::clone(&self.screen), self.read);
        let start = std::time::Instant::now();
        let found = until_or(Duration::from_secs(seconds), || {
            let text = screen.lock().unwrap();
            text[read..].find(needle).map(|at| read + at + needle.len())
        });
        let Some(end) = found else {
            panic!("no {needle:?} after {:?}; the screen says:\n{}", start.elapsed(), self.screen.lock().unwrap());
        };
        self.read = end;
        self.screen.lock().unwrap()[read..end].to_owned()
    }

    pub fn wait_for_end(&mut self, seconds: u64) {
        until("the terminal's program to end", Duration::from_secs(seconds), || self.process.try_wait().unwrap());
    }
}

fn until_or<T>(limit: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let start = std::time::Instant::now();
    loop {
        match probe() {
            Some(found) => return Some(found),
            None if start.elapsed() > limit => return None,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
