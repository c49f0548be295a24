//! The certificate that a gateway makes for itself when its operators give it none, and the authority it comes from.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// Who the gateway's own authority says it is.
const AUTHORITY: &str = "Signet gateway authority";

/// Where a certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM; readable by the gateway's user alone.
    pub key: PathBuf,
}

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file could not be read or written.
    #[error("a file of the certificate: {0}")]
    Io(#[from] io::Error),
    /// The authority's key is not one, or a name cannot stand in a certificate.
    #[error("the certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The clock shows a time that no certificate can have.
    #[error("the time of the certificate: {0}")]
    Time(#[from] time::error::ComponentRange),
}

/// Makes a certificate for these names in `folder`, valid from now on.
///
/// The authority is made once, because clients are given it; the certificate at every start, so that it has today's names
/// and never runs out on a gateway that is kept up to date.
///
/// # Errors
/// When the folder cannot be written, or holds something else than an authority's key.
pub fn make(folder: &Path, names: &[String], now_us: u64) -> Result<Own, CertificateError> {
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_us) * 1_000)?;
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
    let own = Own { certificate: folder.join("server.crt"), key: folder.join("server.key") };
    write(&own.key, 0o600, &server.serialize_pem())?;
    write(&own.certificate, 0o644, &certificate.pem())?;
    Ok(own)
}

fn authority_of(key: &KeyPair, now: OffsetDateTime) -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mark: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name.push(DnType::CommonName, format!("{AUTHORITY} {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    lasting(&mut params, now, 3_650);
    Ok(params)
}

fn server_of(names: &[String], now: OffsetDateTime) -> Result<CertificateParams, CertificateError> {
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
fn write(path: &Path, mode: u32, text: &str) -> Result<(), CertificateError> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000_000_000;

    #[test]
    fn a_certificate_is_made_and_its_authority_stays() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("tls");
        let names = ["localhost".to_owned()];
        let own = make(&folder, &names, NOW).unwrap();
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let (authority, server) = (read("ca.crt"), fs::read(&own.certificate).unwrap());
        for key in [&folder.join("ca.key"), &own.key] {
            let mode = fs::metadata(key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", key.display());
        }
        make(&folder, &names, NOW).unwrap();
        assert_eq!(read("ca.crt"), authority, "clients keep the authority they were given");
        assert_ne!(fs::read(&own.certificate).unwrap(), server, "the certificate is today's");
    }

    #[test]
    fn a_spoilt_authority_is_not_replaced() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("ca.key"), "not a key").unwrap();
        assert!(matches!(make(data.path(), &[], NOW), Err(CertificateError::Certificate(_))));
    }
}
