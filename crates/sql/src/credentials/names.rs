//! The names that credentials go by.

/// How such names end, with `-` as `_` and in small letters: `sslpassword`, `client_secret` and `x-api-key` are some too.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secret_key",
    "secret_access_key",
    "private_key",
    "access_key",
    "api_key",
    "apikey",
    "account_key",
    "token",
    "credential",
    "credentials",
];

/// Whether a byte may stand in a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Whether what goes by this name is a credential.
pub(super) fn is_credential(name: &[u8]) -> bool {
    ENDINGS.iter().any(|ending| ends(name, ending.as_bytes()))
}

fn ends(name: &[u8], ending: &[u8]) -> bool {
    let Some((_, tail)) = name.len().checked_sub(ending.len()).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    tail.iter()
        .zip(ending)
        .all(|(byte, small)| byte.to_ascii_lowercase() == *small || (*byte == b'-' && *small == b'_'))
}

/// Whether it is such a name and nothing else, perhaps with others before it and dots between.
pub(super) fn is_path(text: &[u8]) -> bool {
    text.iter().all(|byte| is_name(*byte) || *byte == b'.') && is_credential(text)
}

/// Whether a piece of SQL begins like one that gives a role a password.
pub(super) fn begins_role(text: &[u8]) -> bool {
    let begins =
        |word: &[u8]| text.trim_ascii_start().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    begins(b"ALTER") || begins(b"CREATE")
}
