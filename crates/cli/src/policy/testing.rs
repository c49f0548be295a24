//! `signet policy test`: does it answer as its tests expect?

use std::io::Write;
use std::path::Path;

use ::policy::CaseResult;

use super::files;
use crate::failure::{Code, Failure, Outcome};
use crate::terminal::{Colour, counted};
use crate::{Program, Terminal};

pub(super) fn run(program: &dyn Program, folder: &Path, terminal: &mut Terminal) -> Outcome {
    // Tests stand for themselves: what the configuration lets people do has no part in them.
    let policies = files::policies(folder, None)?;
    let cases = files::cases(folder)?;
    if cases.is_empty() {
        let cause = format!("{} holds no tests: files that end in .test.toml", folder.display());
        return Err(Failure::new(Code::NotFound, cause).hint("docs/policy.md shows what stands in them."));
    }
    let (mut failed, reader) = (0, files::reader(program));
    for (path, case) in &cases {
        let wrong = match ::policy::check(&policies, case, &reader) {
            Ok(CaseResult::Passed) => continue,
            Ok(CaseResult::Failed(wrong)) => wrong,
            Err(error) => vec![error.to_string()],
        };
        failed += 1;
        writeln!(terminal.out, "{} {}: {}", terminal.paint(Colour::Red, "failed"), path.display(), case.name)?;
        for line in wrong {
            writeln!(terminal.out, "    {line}")?;
        }
    }
    let count = cases.len() as u64;
    if failed > 0 {
        return Err(Failure::new(Code::Failed, format!("{} of {} failed", failed, counted(count, "test"))));
    }
    Ok(writeln!(terminal.out, "{} passed", counted(count, "test"))?)
}
