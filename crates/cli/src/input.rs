//! What a command asks for: an answer, or a secret that does not appear as it is typed.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use model::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::Terminal;
use crate::failure::{Code, Failure, Outcome};

/// The longest line that is taken.
const LONGEST: u64 = 64 << 10;

/// Where answers come from.
pub trait Input {
    /// Whether a person can be asked.
    fn is_terminal(&self) -> bool;

    /// The next line, without its end; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn line(&mut self) -> io::Result<Zeroizing<String>>;

    /// The next line, which does not appear as it is typed.
    ///
    /// # Errors
    /// When it cannot be read, or would appear.
    fn secret(&mut self) -> io::Result<Zeroizing<String>>;
}

/// That of the process.
pub(crate) struct Stdin;

impl Input for Stdin {
    fn is_terminal(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn line(&mut self) -> io::Result<Zeroizing<String>> {
        let mut line = Zeroizing::new(String::new());
        io::stdin().lock().take(LONGEST).read_line(&mut line)?;
        Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn secret(&mut self) -> io::Result<Zeroizing<String>> {
        if !self.is_terminal() {
            return self.line();
        }
        let _quiet = Quiet::begin()?;
        self.line()
    }
}

/// While it lives, the terminal does not echo.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

impl Terminal {
    /// Asks for a secret: from whoever sits there without showing it, or from what is piped in.
    pub(crate) fn secret(&mut self, what: &str) -> Outcome<Secret> {
        let asked = self.input.is_terminal();
        if asked {
            write!(self.err, "{what}: ")?;
            self.err.flush()?;
        }
        let typed = self.input.secret();
        if asked {
            writeln!(self.err)?;
        }
        let typed = typed?;
        let secret = typed.trim();
        if secret.is_empty() {
            return Err(Failure::new(Code::Usage, format!("no {what} was given")).hint("Type it, or pipe it in."));
        }
        Ok(Secret::new(secret))
    }

    /// Asks whether to go on; `instead` is what to write where nobody can be asked.
    pub(crate) fn confirm(&mut self, question: &str, instead: &str) -> Outcome {
        if !self.input.is_terminal() {
            let failure = Failure::new(Code::Usage, "nobody is here to be asked");
            return Err(failure.hint(format!("{instead} does it without a question.")));
        }
        self.out.flush()?;
        write!(self.err, "{question} [y/N] ")?;
        self.err.flush()?;
        match self.input.line()?.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::new(Code::Failed, "nothing was done, as you did not say yes")),
        }
    }
}
