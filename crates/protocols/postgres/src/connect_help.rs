//! How stock clients are pointed at a resource. Passwords are never part of it.

use wire::{ClientHelp, Reach};

/// One entry for each client.
pub(crate) fn clients(reach: &Reach<'_>) -> Vec<ClientHelp> {
    vec![psql(reach), service(reach), jdbc(reach), dbeaver(reach)]
}

/// The database as it must be typed.
fn database(reach: &Reach<'_>) -> Option<String> {
    match (reach.dedicated, reach.database) {
        (true, database) => database.map(str::to_owned),
        (false, None) => Some(reach.resource.to_owned()),
        (false, Some(database)) => Some(format!("{}/{database}", reach.resource)),
    }
}

/// The settings of libpq, in order.
fn settings(reach: &Reach<'_>) -> Vec<(&'static str, String)> {
    let mut settings =
        vec![("host", reach.host.to_owned()), ("port", reach.port.to_string()), ("user", reach.user.to_owned())];
    settings.extend(database(reach).map(|database| ("dbname", database)));
    if let Some(file) = reach.ca_file {
        settings.push(("sslmode", "verify-full".to_owned()));
        settings.push(("sslrootcert", file.to_owned()));
    } else {
        settings.push(("sslmode", "require".to_owned()));
    }
    settings
}

fn psql(reach: &Reach<'_>) -> ClientHelp {
    let settings = settings(reach);
    let words: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
    let argv = vec!["psql".to_owned(), words.join(" ")];
    ClientHelp {
        name: "psql",
        about: "psql, and every tool that takes a libpq connection string",
        argv,
        text: String::new(),
    }
}

/// A value as libpq reads it in a connection string.
fn quoted(value: &str) -> String {
    let plain = |byte: char| byte.is_ascii_alphanumeric() || "._-/+:".contains(byte);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn service(reach: &Reach<'_>) -> ClientHelp {
    let lines: Vec<String> = settings(reach).iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    let text = format!("[{}]\n{}", reach.resource, lines.concat());
    ClientHelp {
        name: "service",
        about: "a section for pg_service.conf: then `psql service=NAME`",
        argv: Vec::new(),
        text,
    }
}

fn jdbc(reach: &Reach<'_>) -> ClientHelp {
    let database = percent(&database(reach).unwrap_or_default());
    let tls = match reach.ca_file {
        Some(file) => format!("sslmode=verify-full&sslrootcert={}", percent(file)),
        None => "sslmode=require".to_owned(),
    };
    let host = if reach.host.contains(':') { format!("[{}]", reach.host) } else { reach.host.to_owned() };
    let text = format!("jdbc:postgresql://{host}:{}/{database}?user={}&{tls}", reach.port, percent(reach.user));
    ClientHelp { name: "jdbc", about: "a URL for JDBC drivers", argv: Vec::new(), text }
}

/// Text as it may stand in a URL.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
        url
    })
}

fn dbeaver(reach: &Reach<'_>) -> ClientHelp {
    let database = database(reach).unwrap_or_default();
    let tls = match reach.ca_file {
        Some(file) => format!("SSL: mode verify-full, CA certificate {file}"),
        None => "SSL: mode require".to_owned(),
    };
    let text = format!(
        "Host: {}\nPort: {}\nDatabase: {database}\nUsername: {}\nPassword: your token\n{tls}\n",
        reach.host, reach.port, reach.user
    );
    ClientHelp { name: "dbeaver", about: "what to type into DBeaver's connection form", argv: Vec::new(), text }
}
