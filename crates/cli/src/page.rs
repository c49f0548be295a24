//! The page docs/cli.md, made from the command line itself.

use std::fmt::Write;

use clap::CommandFactory;

use crate::Code;
use crate::arguments::Arguments;

const HEAD: &str = "# The command line

What is asked for goes to stdout, explanations and failures to stderr. A failure tells its cause and, as `hint:`, what to
do. Colours appear at a terminal only, and not against `NO_COLOR`.

This page is made from the program; a test keeps it true.
";

/// The page in Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let _ = write!(page, "\n## Exit codes\n\n| code | meaning |\n|---|---|\n| 0 | it was done |\n");
    for code in Code::ALL {
        let _ = writeln!(page, "| {} | {} |", code.number(), code.about());
    }
    let mut signet = Arguments::command();
    signet.build();
    describe(&mut signet, &mut page);
    page
}

fn describe(command: &mut clap::Command, page: &mut String) {
    let help = command.render_long_help().to_string();
    let name = command.get_bin_name().unwrap_or("signet").to_owned();
    let _ = write!(page, "\n## {name}\n\n```text\n");
    for line in help.trim_end().lines() {
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page.push_str("```\n");
    for below in command.get_subcommands_mut() {
        describe(below, page);
    }
}
