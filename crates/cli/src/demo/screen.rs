//! How the demo looks: at most eighty columns, the same with and without colours.

use std::io::Write;

use crate::Terminal;
use crate::failure::{Code, Failure, Outcome};
use crate::terminal::{Colour, lines};

/// Columns of a line.
const WIDTH: usize = 80;

/// Where all is written to.
pub(super) struct Screen<'a> {
    terminal: &'a mut Terminal,
}

impl<'a> Screen<'a> {
    pub(super) fn new(terminal: &'a mut Terminal) -> Self {
        Self { terminal }
    }

    /// The title of a step, and what it is about.
    pub(super) fn title(&mut self, title: &str, about: &str) -> Outcome {
        let title = self.terminal.paint(Colour::Cyan, title);
        writeln!(self.terminal.out, "\n{title}")?;
        self.text(about)
    }

    /// Sentences.
    pub(super) fn text(&mut self, text: &str) -> Outcome {
        self.wrapped(text, "   ", "", None)
    }

    /// Who says, or gets, what comes next.
    pub(super) fn at(&mut self, whose: &str) -> Outcome {
        writeln!(self.terminal.out)?;
        self.wrapped(whose, "   ", "", Some(Colour::Grey))
    }

    /// What somebody types.
    pub(super) fn typed(&mut self, prompt: &str, words: &str) -> Outcome {
        self.wrapped(&format!("{prompt} {words}"), "   ", "    ", Some(Colour::Yellow))
    }

    /// What a program says: line by line, those that are too long wrapped.
    pub(super) fn said(&mut self, text: &str) -> Outcome {
        for line in lines(text.trim_end().as_bytes()) {
            let colour = if line.starts_with("ERROR") { Some(Colour::Red) } else { None };
            self.wrapped(&line, "   ", "    ", colour)?;
        }
        self.flush()
    }

    /// A claim with its tick; one that does not hold ends the demo.
    pub(super) fn claim(&mut self, holds: bool, claim: &str) -> Outcome {
        if holds {
            return self.wrapped(claim, " ✓ ", "", Some(Colour::Green));
        }
        self.wrapped(claim, " ✗ ", "", Some(Colour::Red))?;
        Err(Failure::new(Code::Failed, format!("this does not hold: {claim}")))
    }

    /// A line of what there is.
    pub(super) fn item(&mut self, name: &str, about: &str) -> Outcome {
        self.wrapped(&format!("{name:<11}{about}"), "   ", "           ", None)
    }

    /// One line that must be taken as it is, however long: something to copy.
    pub(super) fn copied(&mut self, line: &str) -> Outcome {
        let line = self.terminal.paint(Colour::Yellow, line);
        Ok(writeln!(self.terminal.out, "   {line}")?)
    }

    pub(super) fn gap(&mut self) -> Outcome {
        Ok(writeln!(self.terminal.out)?)
    }

    /// Before something that takes time.
    pub(super) fn flush(&mut self) -> Outcome {
        Ok(self.terminal.out.flush()?)
    }

    /// `mark` stands before the first line, as much space before the others, and then `hanging`.
    fn wrapped(&mut self, text: &str, mark: &str, hanging: &str, colour: Option<Colour>) -> Outcome {
        let margin = " ".repeat(mark.chars().count());
        for (at, line) in fold(text, WIDTH.saturating_sub(margin.len()), hanging).iter().enumerate() {
            let line = format!("{}{line}", if at == 0 { mark } else { &margin });
            let line = line.trim_end();
            let line = colour.map_or_else(|| line.to_owned(), |colour| self.terminal.paint(colour, line));
            writeln!(self.terminal.out, "{line}")?;
        }
        self.flush()
    }
}

/// Lines of at most so many letters: broken at a space of their second half, else anywhere.
pub(super) fn fold(text: &str, width: usize, hanging: &str) -> Vec<String> {
    let (mut done, mut line): (Vec<String>, Vec<char>) = (Vec::new(), Vec::new());
    for letter in text.chars() {
        if line.len() >= width {
            let space = line.iter().rposition(|letter| *letter == ' ').filter(|at| *at > width / 2 && letter != ' ');
            let rest = space.map_or_else(Vec::new, |at| line.split_off(at));
            done.push(line.iter().collect::<String>().trim_end().to_owned());
            line = hanging.chars().chain(rest.into_iter().skip_while(|letter| *letter == ' ')).collect();
            if letter == ' ' {
                continue;
            }
        }
        line.push(letter);
    }
    done.push(line.into_iter().collect());
    done
}

/// `55,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len().saturating_sub(at)).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
