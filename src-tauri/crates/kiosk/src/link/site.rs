//! One hub: its address, and whom to believe that it is the one.

use std::{net::IpAddr, time::Duration};

use reqwest::{Certificate, Client, ClientBuilder, Url, redirect::Policy};

use super::LinkError;

const CONNECT_MS_MAX: u64 = 2_000;

/// A hub's address with the only authority that may vouch for it.
#[derive(Debug, Clone)]
pub struct Site {
    base: Url,
    authority: Option<Certificate>,
}

impl Site {
    /// `http://` reaches this machine alone; `https://` needs the certificate of the office's authority, DER.
    ///
    /// # Errors
    /// When the address is neither, or the certificate is missing or none.
    pub fn parse(base: &str, authority: Option<&[u8]>) -> Result<Self, LinkError> {
        let base = address(base)?;
        let authority = match (base.scheme(), authority) {
            ("https", Some(der)) => {
                Some(Certificate::from_der(der).map_err(LinkError::Certificate)?)
            }
            ("https", None) => return Err(LinkError::Authority(place(&base))),
            _ if is_this_machine(&base) => None,
            _ => return Err(LinkError::Plain(place(&base))),
        };
        Ok(Self { base, authority })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// A client that believes nobody but the office's authority; the system's own list is not asked.
    pub(super) fn client(&self) -> ClientBuilder {
        let client = plain();
        match &self.authority {
            Some(authority) => client.tls_certs_only([authority.clone()]).https_only(true),
            // Plain HTTP needs no list, and reading the system's takes a while.
            None => client.tls_certs_only([]),
        }
    }
}

/// What every client has in common.
pub(super) fn plain() -> ClientBuilder {
    Client::builder()
        .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
        .redirect(Policy::none())
        .no_proxy()
}

/// An address of a hub.
pub(super) fn address(base: &str) -> Result<Url, LinkError> {
    Url::parse(base)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| LinkError::Address(base.to_owned()))
}

/// Host and port, for a sentence.
pub(super) fn place(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    match base.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn is_this_machine(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_reaches_this_machine_alone() {
        for base in [
            "http://127.0.0.1:8470",
            "http://127.8.0.1:1",
            "http://localhost",
            "http://[::1]:8470",
        ] {
            assert!(Site::parse(base, None).is_ok(), "{base}");
        }
        for base in [
            "http://192.0.2.5:8470",
            "http://uketsuke.city.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
        ] {
            let refused = Site::parse(base, None);
            assert!(matches!(refused, Err(LinkError::Plain(_))), "{base}");
        }
    }

    #[test]
    fn a_hub_elsewhere_needs_its_authority() {
        let refused = Site::parse("https://192.0.2.5:8470", None);
        assert!(matches!(refused, Err(LinkError::Authority(place)) if place == "192.0.2.5:8470"));
        for base in ["ftp://127.0.0.1", "127.0.0.1:8470", "", "https://"] {
            let refused = Site::parse(base, None);
            assert!(matches!(refused, Err(LinkError::Address(_))), "{base}");
        }
    }
}
