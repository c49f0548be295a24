//! Policies that come ready-made, each with its tests.

/// A pack: a file of policies, and what they must answer.
#[derive(Clone, Copy, Debug)]
pub struct Pack {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Policies in Cedar's syntax.
    pub policies: &'static str,
    /// Cases in TOML.
    pub cases: &'static str,
}

macro_rules! pack {
    ($name:literal, $about:literal) => {
        Pack {
            name: $name,
            about: $about,
            policies: include_str!(concat!("../packs/", $name, ".cedar")),
            cases: include_str!(concat!("../packs/", $name, ".test.toml")),
        }
    };
}

/// All of them.
pub const PACKS: [Pack; 6] = [
    pack!("destructive", "no DELETE or UPDATE without WHERE; DROP, TRUNCATE and what cannot be seen need approval"),
    pack!("read-only", "nobody changes anything"),
    pack!(
        "production-change",
        "changes of production are held for a second person, one by one or for a window of time"
    ),
    pack!(
        "pci-cardholder",
        "card data: need to know, numbers masked until somebody agrees, whole recordings, approved changes"
    ),
    pack!(
        "gdpr",
        "personal data: access for a purpose, identifiers masked until somebody agrees, approved bulk copies"
    ),
    pack!("agents", "AI agents read within limits where they are invited; a human approves what they change"),
];
