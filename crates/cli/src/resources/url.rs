//! Where a target is, as one writes it: `SCHEME://USER:PASSWORD@HOST:PORT/DATABASE`.

use model::Secret;

/// What stands in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) protocol: &'static str,
    /// `host:port`.
    pub(crate) address: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: Option<String>,
}

/// Schemes: how it is written, the protocol, its usual port.
const SCHEMES: &[(&str, &str, u16)] = &[("postgres", "postgres", 5432), ("postgresql", "postgres", 5432)];

/// Reads it. The reason for a failure never holds any of it: a password may stand anywhere.
pub(crate) fn parse(text: &str) -> Result<Target, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("it does not begin with postgres://")?;
    let known = SCHEMES.iter().find(|(name, ..)| *name == scheme);
    let (_, protocol, port) = known.ok_or("it does not begin with postgres://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if path.contains(['?', '#']) || authority.contains(['?', '#']) {
        return Err("it has options behind a ?; Signet has its own, such as --tls");
    }
    let (who, host) = authority.rsplit_once('@').map_or((None, authority), |(who, host)| (Some(who), host));
    let (user, password) =
        match who.map(|who| who.split_once(':').map_or((who, None), |(user, word)| (user, Some(word)))) {
            Some((user, password)) => (some(decoded(user)?), password.map(decoded).transpose()?.map(Secret::new)),
            None => (None, None),
        };
    if host.is_empty() || host.contains(',') {
        return Err("it must name one host");
    }
    let with_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && !port.contains(']'));
    let address = if with_port { host.to_owned() } else { format!("{}:{port}", host.trim_end_matches(':')) };
    Ok(Target { protocol, address, user, password, database: some(decoded(path)?) })
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Percent-encoding undone.
fn decoded(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit =
            |byte: Option<u8>| char::from(byte.unwrap_or(b'!')).to_digit(16).ok_or("it has a % without two digits");
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    String::from_utf8(bytes).map_err(|_| "it is no UTF-8 when its % are undone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_they_are_written() {
        let target = parse("postgres://app:p%40ss:w@db.example.com:5433/shop").unwrap();
        assert_eq!((target.protocol, target.address.as_str()), ("postgres", "db.example.com:5433"));
        assert_eq!((target.user.as_deref(), target.database.as_deref()), (Some("app"), Some("shop")));
        assert_eq!(target.password.unwrap().reveal(), b"p@ss:w");
        let least = parse("postgresql://[::1]").unwrap();
        assert_eq!((least.address.as_str(), least.user, least.database), ("[::1]:5432", None, None));
        assert_eq!(parse("postgres://app@h:1/").unwrap().address, "h:1");
    }

    #[test]
    fn what_is_wrong_with_one_never_shows_it() {
        for bad in [
            "app:hunter2@db",
            "mysql://app:hunter2@db",
            "postgres://app:hunter2%zz@db",
            "postgres://app:hunter2@",
            "postgres://a:hunter2@h1,h2/x",
            "postgres://a:hunter2@h/x?sslmode=require",
        ] {
            let why = parse(bad).unwrap_err();
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
