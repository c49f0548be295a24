//! Cases that were found by the runner and mended, each made as small as it goes; and those that every body must pass first.

use super::{doors, files, streams};

/// Without a choice nothing is damaged: what is plain must go well, or the bodies prove nothing.
#[test]
fn plain_cases_go_well() {
    for body in
        [streams::relay, streams::sign_in, streams::toy_stream, doors::proxy, files::journal, files::configuration]
    {
        body(&[]);
    }
}
