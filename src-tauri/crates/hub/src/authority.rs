//! The office's own certificate authority, and the hub's certificate from it.
//!
//! The authority is made at the first start and stays for ten years: it is what devices trust. What it may vouch
//! for stands in itself (RFC 5280 §4.2.1.10): the office's names, and addresses that only exist inside a house.
//! A stolen key of it opens no other site to anybody who trusts it.

use std::{
    collections::BTreeSet,
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName, UnixTime,
        pem::{self, PemObject as _},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

use crate::secret;

/// The authority's life: ten years.
const AUTHORITY_DAYS: i64 = 3_652;
/// The hub's certificate's life; browsers refuse long ones.
const SERVER_DAYS: i64 = 90;
/// With less than this left, the hub's certificate is made anew.
const RENEW_DAYS: i64 = 30;
/// Clocks of kiosks and boards may be so much behind.
const BEHIND_DAYS: i64 = 2;
/// Larger files are not ours.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// In front of the names in `server.pem`.
const NAMES_LINE: &str = "Names: ";

/// Why the hub cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Clients outside of the machine need a name to check, and office.toml gives none.
    #[error(
        "the hub listens on {0}, which is not this machine alone, so it speaks HTTPS; name in office.toml, [hub] names, \
         what devices and browsers call it, such as [\"uketsuke.city.example\", \"192.0.2.5\"]"
    )]
    NoName(std::net::SocketAddr),
    /// The authority was made for other names.
    #[error(
        "the office's authority {file} does not vouch for {name}; take the name out of office.toml, or remove \
         authority.pem and authority.key: then a new authority is made, and every device must trust it anew"
    )]
    NotVouched {
        /// The authority's file.
        file: PathBuf,
        /// The name.
        name: String,
    },
    /// A file of certificates or keys cannot be used.
    #[error("{file} cannot be used")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file holds something else than it should.
    #[error("{file} holds no {expected}")]
    Content {
        /// Which.
        file: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// A certificate cannot be made.
    #[error("a certificate cannot be made")]
    Make(#[from] rcgen::Error),
    /// The TLS library refuses.
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
}

/// The authority and the certificate that the hub shows now.
pub(crate) struct Authority {
    folder: PathBuf,
    office: String,
    /// What the hub's certificate names.
    pub(crate) names: BTreeSet<String>,
    /// What the authority is called.
    pub(crate) subject: String,
    /// The authority's certificate.
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
    shown: Arc<Shown>,
}

/// What a client that connects is shown; it changes when the certificate is renewed.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

impl Authority {
    /// Reads the authority and the hub's certificate from the data folder; makes what is not there, and what will
    /// not do any longer. `now` is the real time: other machines judge by theirs.
    pub(crate) fn open(
        folder: &Path,
        office: &str,
        names: BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, TlsError> {
        let file = folder.join("authority.pem");
        let pem = match read(&file)? {
            Some(pem) => pem,
            None => make_authority(folder, office, &names, now)?,
        };
        let der = certificate(&file, pem.as_bytes())?;
        let subject = called(office, &authority_key(folder)?);
        let provider = Arc::new(aws_lc_rs::default_provider());
        let shown = match stored(folder, &names, &der, &provider, now) {
            Some(shown) => shown,
            None => issue(folder, office, &names, &der, &provider, now)?,
        };
        Ok(Self {
            folder: folder.to_owned(),
            office: office.to_owned(),
            names,
            subject,
            pem,
            der,
            provider,
            shown: Arc::new(Shown(RwLock::new(Arc::new(shown)))),
        })
    }

    /// Makes the hub's certificate anew when it ends soon. Connections that stand keep the one they have.
    pub(crate) fn renew(&self, now: DateTime<Utc>) -> Result<bool, TlsError> {
        if stored(&self.folder, &self.names, &self.der, &self.provider, now).is_some() {
            return Ok(false);
        }
        let (folder, office) = (&self.folder, &self.office);
        let fresh = issue(folder, office, &self.names, &self.der, &self.provider, now)?;
        *(self.shown.0.write()).unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(true)
    }

    /// What rustls needs to serve.
    pub(crate) fn server(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// The authority's certificate, DER.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the authority's certificate, `AB:CD:…`, as every browser shows it.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }
}

fn fingerprint(der: &[u8]) -> String {
    let bytes = secret::digest_of(der);
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// Every private range of addresses (RFC 1918, 4193, 3927, 4291), and the machine itself.
fn inside_a_house() -> [CidrSubnet; 8] {
    let v4 = |a, b, bits| CidrSubnet::from_addr_prefix(Ipv4Addr::new(a, b, 0, 0).into(), bits);
    let v6 = |first, bits| {
        CidrSubnet::from_addr_prefix(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0).into(), bits)
    };
    [
        v4(10, 0, 8),
        v4(127, 0, 8),
        v4(169, 254, 16),
        v4(172, 16, 12),
        v4(192, 168, 16),
        v6(0xfc00, 7),
        v6(0xfe80, 10),
        CidrSubnet::from_addr_prefix(Ipv6Addr::LOCALHOST.into(), 128),
    ]
}

/// What the authority is called. The key is part of it, so two authorities of one office are told apart.
fn called(office: &str, key: &KeyPair) -> String {
    let [a, b, c, ..] = secret::digest_of(key.public_key_raw());
    format!("Uketsuke {office} {a:02X}{b:02X}{c:02X}")
}

fn common_name(name: String) -> DistinguishedName {
    let mut whole = DistinguishedName::new();
    whole.push(DnType::CommonName, name);
    whole
}

fn authority_params(office: &str, key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(called(office, key));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn authority_key(folder: &Path) -> Result<KeyPair, TlsError> {
    let file = folder.join("authority.key");
    let pem = Zeroizing::new(read(&file)?.unwrap_or_default());
    KeyPair::from_pem(&pem).map_err(|_| TlsError::Content {
        file,
        expected: "private key of the office's authority; remove it and authority.pem to make a new authority, which \
                   every device must trust anew",
    })
}

fn make_authority(
    folder: &Path,
    office: &str,
    names: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<String, TlsError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = authority_params(office, &key);
    let until = now + TimeDelta::days(AUTHORITY_DAYS);
    date(&mut params, now - TimeDelta::days(BEHIND_DAYS), until);
    let mut permitted: Vec<GeneralSubtree> = inside_a_house().map(GeneralSubtree::IpAddress).into();
    // A kind of which nothing is permitted would not be constrained at all.
    permitted.push(GeneralSubtree::DnsName("localhost".to_owned()));
    permitted.extend(names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
        }
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    }));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: Vec::new(),
    });
    let pem = params.self_signed(&key)?.pem();
    // The key first: an authority without its key could vouch for nobody.
    let secret = Zeroizing::new(key.serialize_pem());
    write(&folder.join("authority.key"), secret.as_bytes(), 0o600)?;
    write(&folder.join("authority.pem"), pem.as_bytes(), 0o644)?;
    tracing::info!("the office's certificate authority was made");
    Ok(pem)
}

/// The certificate in the folder, if a client that trusts the authority would take it for each name, and still
/// will in [`RENEW_DAYS`].
fn stored(
    folder: &Path,
    names: &BTreeSet<String>,
    authority: &CertificateDer<'static>,
    provider: &Arc<CryptoProvider>,
    now: DateTime<Utc>,
) -> Option<CertifiedKey> {
    let file = folder.join("server.pem");
    let text = read(&file).ok()??;
    let said = text
        .lines()
        .find_map(|line| line.strip_prefix(NAMES_LINE))?;
    if said != list(names) {
        return None;
    }
    let der = certificate(&file, text.as_bytes()).ok()?;
    for at in [now, now + TimeDelta::days(RENEW_DAYS)] {
        names
            .iter()
            .all(|name| vouched(&der, authority, provider, name, at))
            .then_some(())?;
    }
    let key = read(&folder.join("server.key")).ok()??;
    let key = PrivateKeyDer::from_pem_slice(Zeroizing::new(key).as_bytes()).ok()?;
    CertifiedKey::from_der(vec![der], key, provider).ok()
}

fn issue(
    folder: &Path,
    office: &str,
    names: &BTreeSet<String>,
    authority: &CertificateDer<'static>,
    provider: &Arc<CryptoProvider>,
    now: DateTime<Utc>,
) -> Result<CertifiedKey, TlsError> {
    let issuer_key = authority_key(folder)?;
    let issuer_params = authority_params(office, &issuer_key);
    let issuer = Issuer::from_params(&issuer_params, issuer_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    params.distinguished_name = common_name(format!("Uketsuke {office}"));
    let until = now + TimeDelta::days(SERVER_DAYS);
    date(&mut params, now - TimeDelta::days(BEHIND_DAYS), until);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let made = params.signed_by(&key, &issuer)?;
    let der = made.der().clone();
    if let Some(name) = names
        .iter()
        .find(|name| !vouched(&der, authority, provider, name, now))
    {
        return Err(TlsError::NotVouched {
            file: folder.join("authority.pem"),
            name: name.clone(),
        });
    }
    let secret = Zeroizing::new(key.serialize_pem());
    let text = format!("{NAMES_LINE}{}\n{}", list(names), made.pem());
    write(&folder.join("server.key"), secret.as_bytes(), 0o600)?;
    write(&folder.join("server.pem"), text.as_bytes(), 0o644)?;
    tracing::info!(names = %list(names), "the hub has a new certificate");
    let key = PrivateKeyDer::from_pem_slice(secret.as_bytes()).map_err(|_| TlsError::Content {
        file: folder.join("server.key"),
        expected: "private key",
    })?;
    Ok(CertifiedKey::from_der(vec![der], key, provider)?)
}

/// Whether a client that trusts the authority and nobody else takes this certificate for this name.
fn vouched(
    der: &CertificateDer<'static>,
    authority: &CertificateDer<'static>,
    provider: &Arc<CryptoProvider>,
    name: &str,
    at: DateTime<Utc>,
) -> bool {
    let mut roots = RootCertStore::empty();
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let (Ok(()), Ok(name)) = (
        roots.add(authority.clone()),
        ServerName::try_from(name.to_owned()),
    ) else {
        return false;
    };
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    verifier.is_ok_and(|verifier| {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        verifier
            .verify_server_cert(der, &[], &name, &[], at)
            .is_ok()
    })
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// Certificates are dated to the day.
fn date(params: &mut CertificateParams, from: DateTime<Utc>, until: DateTime<Utc>) {
    let day = |at: DateTime<Utc>| {
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(at.year(), small(at.month()), small(at.day()))
    };
    params.not_before = day(from);
    params.not_after = day(until);
}

fn certificate(file: &Path, pem: &[u8]) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_slice(pem).map_err(|_: pem::Error| TlsError::Content {
        file: file.to_owned(),
        expected: "certificate",
    })
}

fn read(file: &Path) -> Result<Option<String>, TlsError> {
    use io::Read as _;
    let text = fs::File::open(file).and_then(|open| {
        let mut text = String::new();
        open.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
        Ok(text)
    });
    match text {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(TlsError::File {
            file: file.to_owned(),
            cause,
        }),
    }
}

/// Writes beside, then renames: whatever a power cut leaves is whole.
fn write(file: &Path, bytes: &[u8], mode: u32) -> Result<(), TlsError> {
    let beside = file.with_extension("new");
    // A power cut may have left one.
    let _ = fs::remove_file(&beside);
    secret::write_new(&beside, bytes, mode)
        .and_then(|()| fs::rename(&beside, file))
        .and_then(|()| {
            // The folder's entry, too, must be on the disk.
            #[cfg(unix)]
            if let Some(folder) = file.parent() {
                fs::File::open(folder)?.sync_all()?;
            }
            Ok(())
        })
        .map_err(|cause| TlsError::File {
            file: file.to_owned(),
            cause,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn noon() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn open(folder: &Path, of: &[&str], now: DateTime<Utc>) -> Result<Authority, TlsError> {
        Authority::open(folder, "fukuyama", names(of), now)
    }

    fn shown(authority: &Authority) -> Vec<u8> {
        let shown = authority.shown.0.read().unwrap();
        shown.cert.first().unwrap().to_vec()
    }

    #[test]
    fn authority_and_certificate_are_made_once_and_keys_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), &["uketsuke.city.example"], noon()).unwrap();
        let second = open(folder.path(), &["uketsuke.city.example"], noon()).unwrap();
        assert_eq!(first.pem, second.pem);
        assert_eq!(shown(&first), shown(&second));
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
        assert!(first.subject.starts_with("Uketsuke fukuyama "));
        #[cfg(unix)]
        for key in ["authority.key", "server.key"] {
            use std::os::unix::fs::PermissionsExt as _;
            let file = fs::metadata(folder.path().join(key)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{key}");
        }
    }

    #[test]
    fn the_certificate_is_renewed_in_time_by_the_same_authority() {
        let folder = tempfile::tempdir().unwrap();
        let of = ["uketsuke.city.example", "192.168.1.5"];
        let authority = open(folder.path(), &of, noon()).unwrap();
        let first = shown(&authority);
        let after = |days: i64| noon() + TimeDelta::days(days);
        assert!(!authority.renew(after(58)).unwrap());
        assert_eq!(shown(&authority), first);
        assert!(authority.renew(after(61)).unwrap());
        assert_ne!(shown(&authority), first);
        let again = open(folder.path(), &of, after(400)).unwrap();
        assert_eq!(again.fingerprint(), authority.fingerprint());
    }

    #[test]
    fn other_names_need_another_certificate_and_names_it_may_not_vouch_for_another_authority() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), &["uketsuke.city.example"], noon()).unwrap();
        // An address inside the house needs no new trust.
        let of = ["uketsuke.city.example", "10.20.30.40", "fd00::5"];
        let second = open(folder.path(), &of, noon()).unwrap();
        assert_ne!(shown(&first), shown(&second));
        assert_eq!(first.fingerprint(), second.fingerprint());
        let third = open(folder.path(), &["uketsuke.city.example"], noon()).unwrap();
        assert_ne!(shown(&second), shown(&third));
        for stranger in ["bank.example", "203.0.113.5", "2001:db8::1"] {
            let refused = open(folder.path(), &["uketsuke.city.example", stranger], noon());
            let Err(TlsError::NotVouched { name, .. }) = refused else {
                panic!("{stranger} is vouched for");
            };
            assert_eq!(name, stranger);
        }
    }

    #[test]
    fn what_a_power_cut_or_a_person_broke_is_made_again_or_told() {
        let folder = tempfile::tempdir().unwrap();
        let of = ["uketsuke.city.example"];
        let first = open(folder.path(), &of, noon()).unwrap();
        for (file, text) in [("server.pem", "nothing"), ("server.key", "nothing")] {
            fs::write(folder.path().join(file), text).unwrap();
            let healed = open(folder.path(), &of, noon()).unwrap();
            assert_eq!(first.fingerprint(), healed.fingerprint(), "{file}");
        }
        fs::remove_file(folder.path().join("authority.key")).unwrap();
        let Err(error) = open(folder.path(), &of, noon()) else {
            panic!("an authority without its key");
        };
        assert!(error.to_string().contains("authority.key"), "{error}");
    }
}
