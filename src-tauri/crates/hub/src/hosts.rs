//! Which hosts a request may name. A page of elsewhere can make its own name mean this machine's address
//! (DNS rebinding), but the browser goes on naming its page's host.

use std::{collections::BTreeSet, net::IpAddr};

use crate::net::Line;

/// The office's names.
#[derive(Debug)]
pub(crate) struct Hosts {
    names: BTreeSet<String>,
    /// What stands in slips' QRs: host, port, and the port that its scheme means without saying so.
    public: Option<(String, u16, u16)>,
}

impl Hosts {
    pub(crate) fn of(office: &office::HubAddress) -> Self {
        let scheme = [("https://", 443), ("http://", 80)];
        let public = scheme.iter().find_map(|(scheme, port)| {
            let rest = office.public_url.strip_prefix(scheme)?;
            let (name, given) = parse(rest.split('/').next()?)?;
            Some((name, given.unwrap_or(*port), *port))
        });
        Self {
            names: names(office),
            public,
        }
    }

    /// Whether a request that came over this line may name this host.
    pub(crate) fn allow(&self, host: &str, line: &Line) -> bool {
        let Some((name, port)) = parse(host) else {
            return false;
        };
        let own_port = port.is_none_or(|port| port == line.here.port());
        let address: Option<IpAddr> = name.parse().ok();
        // Whoever is inside may come through a tunnel or a proxy of this machine, at any port of it.
        let this_machine = line.inside()
            && (name == "localhost" || address.is_some_and(|address| address.is_loopback()));
        // An address is no name that could be made to mean something else.
        let own_address = address == Some(line.here.ip().to_canonical());
        // A proxy ends the citizens' TLS, so the scheme is the public one's, not the line's.
        let public = (self.public.as_ref()).is_some_and(|(public, expected, unsaid)| {
            name == *public && port.unwrap_or(*unsaid) == *expected
        });
        this_machine || own_port && (own_address || self.names.contains(&name)) || public
    }
}

/// What the hub's certificate names: what office.toml does, and the address on which it listens.
pub(crate) fn names(office: &office::HubAddress) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = (office.names.iter())
        .map(|name| name.to_ascii_lowercase())
        .collect();
    let ip = office.listen.ip().to_canonical();
    if !ip.is_loopback() && !ip.is_unspecified() {
        names.insert(ip.to_string());
    }
    names
}

/// A name as it stands in an address: IPv6 in brackets.
pub(crate) fn in_url(name: &str) -> String {
    if name.contains(':') {
        format!("[{name}]")
    } else {
        name.to_owned()
    }
}

/// Host and port; nothing else may stand there.
fn parse(host: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let address: std::net::Ipv6Addr = address.parse().ok()?;
            let port = match port {
                "" => None,
                port => Some(port.strip_prefix(':')?),
            };
            (address.to_string(), port)
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name.to_ascii_lowercase(), Some(port)),
            None => (host.to_ascii_lowercase(), None),
        },
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let port = match port {
        None => None,
        Some(port) if port.starts_with(|c: char| c.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
    };
    Some((name, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_whole_or_not_at_all() {
        for (host, expected) in [
            (
                "Uketsuke.City.example:8470",
                Some(("uketsuke.city.example", Some(8470))),
            ),
            ("uketsuke", Some(("uketsuke", None))),
            ("192.0.2.5:1", Some(("192.0.2.5", Some(1)))),
            ("[::1]:8470", Some(("::1", Some(8470)))),
            ("[fd00:0:0::5]", Some(("fd00::5", None))),
            ("", None),
            (":8470", None),
            ("a:b", None),
            ("a:+1", None),
            ("a:70000", None),
            ("a:", None),
            ("a b", None),
            ("a/b", None),
            ("user@a", None),
            ("[::1", None),
            ("[::1]8470", None),
            ("[localhost]", None),
            ("::1", None),
            ("受付.example", None),
        ] {
            let expected = expected.map(|(name, port): (&str, _)| (name.to_owned(), port));
            assert_eq!(parse(host), expected, "{host}");
        }
    }

    #[test]
    fn from_outside_only_the_offices_names_and_the_own_address_are_named() {
        let hosts = Hosts {
            names: BTreeSet::from(["uketsuke.city.example".to_owned()]),
            public: None,
        };
        let line = Line {
            tls: true,
            peer: "192.0.2.77:50000".parse().unwrap(),
            here: "192.0.2.5:8470".parse().unwrap(),
        };
        for (host, allowed) in [
            ("uketsuke.city.example:8470", true),
            ("uketsuke.city.example", true),
            ("192.0.2.5:8470", true),
            ("192.0.2.6:8470", false),
            ("127.0.0.1:8470", false),
            ("localhost:8470", false),
            ("[::1]:8470", false),
            ("uketsuke.city.example:8471", false),
            ("city.example:8470", false),
            ("x.uketsuke.city.example:8470", false),
        ] {
            assert_eq!(hosts.allow(host, &line), allowed, "{host}");
        }
    }
}
