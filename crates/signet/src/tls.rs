//! The certificate that clients see: the operator's, or one that the gateway makes for itself.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use config::Config;
use engine::ClientTls;
use identity::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// Who the gateway's own authority says it is.
const AUTHORITY: &str = "Signet gateway authority";

/// Loads the operator's certificate, or makes one.
pub(crate) fn client_tls(config: &Config, clock: &Clock) -> anyhow::Result<ClientTls> {
    let (certificate, key) = match &config.tls {
        Some(tls) => (tls.certificate.clone(), tls.key.clone()),
        None => {
            let folder = config.own_tls_dir();
            let made = make(&folder, &names(config), now(clock)?);
            made.with_context(|| format!("making the gateway's own certificate in {}", folder.display()))?;
            (folder.join("server.crt"), folder.join("server.key"))
        }
    };
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    let loaded = ClientTls::from_pem(&read(&certificate)?, &read(&key)?);
    loaded.with_context(|| format!("the certificate {} and the key {}", certificate.display(), key.display()))
}

fn now(clock: &Clock) -> anyhow::Result<OffsetDateTime> {
    Ok(OffsetDateTime::from_unix_timestamp_nanos(i128::from(clock()) * 1_000)?)
}

/// Every name by which a client may call the gateway.
fn names(config: &Config) -> Vec<String> {
    let mut names = BTreeSet::from(["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]);
    for listener in &config.listeners {
        names.insert(listener.advertise.host.clone());
        if !listener.listen.ip().is_unspecified() {
            names.insert(listener.listen.ip().to_string());
        }
    }
    names.extend(config.targets.values().flat_map(|target| target.resource.server_names.iter().cloned()));
    names.into_iter().collect()
}

/// The authority is made once, because clients are given it; the certificate at every start, so that it has today's names
/// and never runs out on a gateway that is kept up to date.
fn make(folder: &Path, names: &[String], now: OffsetDateTime) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let authority = folder.join("ca.key");
    let key = if authority.exists() {
        KeyPair::from_pem(&fs::read_to_string(&authority)?)?
    } else {
        let key = KeyPair::generate()?;
        write(&authority, 0o600, &key.serialize_pem())?;
        write(&folder.join("ca.crt"), 0o644, &authority_of(&key, now)?.self_signed(&key)?.pem())?;
        key
    };
    let issuer = Issuer::new(authority_of(&key, now)?, &key);
    let server = KeyPair::generate()?;
    let certificate = server_of(names, now)?.signed_by(&server, &issuer)?;
    write(&folder.join("server.key"), 0o600, &server.serialize_pem())?;
    write(&folder.join("server.crt"), 0o644, &certificate.pem())
}

fn authority_of(key: &KeyPair, now: OffsetDateTime) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mark: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name.push(DnType::CommonName, format!("{AUTHORITY} {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    lasting(&mut params, now, 3_650);
    Ok(params)
}

fn server_of(names: &[String], now: OffsetDateTime) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Signet gateway");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    lasting(&mut params, now, 825);
    Ok(params)
}

/// From yesterday on, for clocks that are a little behind.
fn lasting(params: &mut CertificateParams, now: OffsetDateTime, days: i64) {
    params.not_before = now.saturating_sub(Duration::days(1));
    params.not_after = now.saturating_add(Duration::days(days));
}

/// Writes a file whole or not at all; nobody else can open it before it has its mode.
fn write(path: &Path, mode: u32, text: &str) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    Ok(())
}
