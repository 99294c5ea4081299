//! TLS from the office's own authority, as clients see it.

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use reqwest::Certificate;
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::TlsError;

const NAME: &str = "uketsuke.test";

fn named_office() -> office::Office {
    let mut office = office();
    office.hub.names = vec![NAME.to_owned(), "127.0.0.1".to_owned()];
    office
}

async fn start_named(data: &Path) -> Running {
    start_office(data, Clock::starting_at(ten_o_clock()), named_office()).await
}

fn port(base: &str) -> u16 {
    base.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// A client that believes these authorities and nobody else, and finds the name on this machine.
fn believing(authorities: impl IntoIterator<Item = Certificate>, port: u16) -> Client {
    Client::builder()
        .tls_certs_only(authorities)
        .cookie_store(true)
        .resolve(NAME, ([127, 0, 0, 1], port).into())
        .resolve("bank.example", ([127, 0, 0, 1], port).into())
        .build()
        .unwrap()
}

fn kept(data: &Path) -> Certificate {
    let pem = std::fs::read(data.join("authority.pem")).unwrap();
    Certificate::from_pem(&pem).unwrap()
}

#[tokio::test]
async fn whoever_trusts_the_authority_reaches_the_hub_by_each_of_its_names() {
    let data = data();
    let hub = start_named(data.path()).await;
    let port = port(&hub.base);
    let client = believing([kept(data.path())], port);
    for base in [
        format!("https://{NAME}:{port}"),
        format!("https://127.0.0.1:{port}"),
    ] {
        let answer = client
            .get(format!("{base}/api/health"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{base}");
        let sts = &answer.headers()["strict-transport-security"];
        assert_eq!(sts, "max-age=31536000", "{base}");
    }
    let login = client.post(format!("https://{NAME}:{port}/api/login"));
    let body = json!({"account": "suzuki", "password": PASSWORD});
    let answer = login.json(&body).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-uketsuke="), "{cookie}");
    assert!(cookie.contains("; Path=/;") && cookie.contains("; Secure; HttpOnly; SameSite=Strict"));
    let me = client.get(format!("https://{NAME}:{port}/api/me"));
    assert_eq!(me.send().await.unwrap().status(), 200);
    // Inside the machine, plain HTTP goes on beside it, on the same port.
    let plain = get(format!("{}/api/health", hub.base)).await;
    assert!(!plain.headers().contains_key("strict-transport-security"));
    assert_eq!(plain.status(), 200);
    hub.stop().await;
}

#[tokio::test]
async fn the_trust_page_shows_the_fingerprint_of_the_certificate_that_it_gives() {
    let data = data();
    let hub = start_named(data.path()).await;
    let at = |path: &str| get(format!("{}{path}", hub.base));
    let answer = at("/trust/").await;
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let page = answer.text().await.unwrap();
    let der = at("/trust/authority.crt").await.bytes().await.unwrap();
    let pairs: Vec<String> = (Sha256::digest(&der).iter())
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert!(page.replace("<wbr>", "").contains(&pairs.join(":")));
    assert!(!page.contains("{fingerprint}") && !page.contains("{subject}"));
    // The policy allows neither inline style nor script.
    assert!(!page.contains("<script") && !page.contains("style="));
    for word in [
        "Windows",
        "ChromeOS",
        "Android",
        "macOS",
        "iPhone",
        "Linux",
        "グループ ポリシー",
    ] {
        assert!(page.contains(word), "{word}");
    }
    let style = at("/trust/style.css").await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let pem = at("/trust/authority.pem").await.text().await.unwrap();
    let stored = std::fs::read_to_string(data.path().join("authority.pem")).unwrap();
    assert_eq!(pem, stored);
    hub.stop().await;

    let data = self::data();
    let hub = start(data.path()).await;
    let none = get(format!("{}/trust/", hub.base)).await;
    assert_eq!(refused(none).await, "not_found");
    assert!(!data.path().join("authority.pem").exists());
    hub.stop().await;
}

/// Answers the way a hub would, with a certificate of the test's choice.
async fn impostor(chain: Vec<rcgen::Certificate>, key: &KeyPair) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let chain = chain.iter().map(|it| it.der().clone()).collect();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut head = [0; 1024];
                let _ = stream.read(&mut head).await;
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_takes_no_other_certificate() {
    let data = data();
    let hub = start_named(data.path()).await;
    let key_pem = std::fs::read_to_string(data.path().join("authority.key")).unwrap();
    let office_key = KeyPair::from_pem(&key_pem).unwrap();
    let authority = kept(data.path());
    let subject = hub.desk.authority.as_ref().unwrap().subject.clone();
    let ca = |subject: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        (params.distinguished_name).push(rcgen::DnType::CommonName, subject);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params
    };
    let leaf = |name: &str| {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2120, 1, 1);
        params
    };
    let other_key = KeyPair::generate().unwrap();
    let by_office = Issuer::new(ca(&subject), office_key);
    let by_other = Issuer::new(ca(&subject), other_key);
    let key = KeyPair::generate().unwrap();
    let expired = {
        let mut params = leaf(NAME);
        params.not_after = date_time_ymd(2021, 1, 1);
        params
    };
    let not_yet = {
        let mut params = leaf(NAME);
        params.not_before = date_time_ymd(2119, 1, 1);
        params
    };
    let for_clients = {
        let mut params = leaf(NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params
    };
    // Somebody who has only the hub's own certificate and key tries to vouch with it.
    let hubs_key = KeyPair::generate().unwrap();
    let hubs = leaf(NAME).signed_by(&hubs_key, &by_office).unwrap();
    let by_hub = Issuer::new(leaf(NAME), hubs_key);
    let offered = [
        (
            "the right one",
            NAME,
            vec![leaf(NAME).signed_by(&key, &by_office).unwrap()],
        ),
        (
            "signed by itself",
            NAME,
            vec![leaf(NAME).self_signed(&key).unwrap()],
        ),
        (
            "of another authority",
            NAME,
            vec![leaf(NAME).signed_by(&key, &by_other).unwrap()],
        ),
        (
            "expired",
            NAME,
            vec![expired.signed_by(&key, &by_office).unwrap()],
        ),
        (
            "not yet valid",
            NAME,
            vec![not_yet.signed_by(&key, &by_office).unwrap()],
        ),
        (
            "for another name",
            NAME,
            vec![leaf("other.test").signed_by(&key, &by_office).unwrap()],
        ),
        (
            "for clients",
            NAME,
            vec![for_clients.signed_by(&key, &by_office).unwrap()],
        ),
        (
            "vouched for by the hub",
            NAME,
            vec![leaf(NAME).signed_by(&key, &by_hub).unwrap(), hubs],
        ),
        (
            "of the authority, for a site that is not the office's",
            "bank.example",
            vec![leaf("bank.example").signed_by(&key, &by_office).unwrap()],
        ),
    ];
    for (what, name, chain) in offered {
        let port = impostor(chain, &key).await;
        let client = believing([authority.clone()], port);
        let answer = client.get(format!("https://{name}:{port}/")).send().await;
        assert_eq!(answer.is_ok(), what == "the right one", "{what}");
    }
    let port = port(&hub.base);
    let url = format!("https://{NAME}:{port}/api/health");
    assert!(
        believing([authority.clone()], port)
            .get(&url)
            .send()
            .await
            .is_ok()
    );
    assert!(
        believing([], port).get(&url).send().await.is_err(),
        "no authority"
    );
    let by_address = format!("https://127.0.0.2:{port}/api/health");
    let other_address = believing([authority], port).get(by_address).send().await;
    assert!(
        other_address.is_err(),
        "an address that the certificate does not name"
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_hub_that_others_reach_without_a_name_does_not_start() {
    let data = data();
    let mut nameless = office();
    nameless.hub.listen = "0.0.0.0:8470".parse().unwrap();
    let settings = |office: office::Office| Settings {
        office,
        data: data.path().to_owned(),
        ui: None,
        clock: Clock::starting_at(ten_o_clock()),
    };
    let refused = Hub::open(settings(nameless)).err().unwrap();
    let HubError::Tls(error @ TlsError::NoName(_)) = refused else {
        panic!("{refused}");
    };
    let said = error.to_string();
    assert!(
        said.contains("0.0.0.0:8470") && said.contains("names"),
        "{said}"
    );
    // On one address of its own it is called by that.
    let mut addressed = office();
    addressed.hub.listen = "192.168.10.5:8470".parse().unwrap();
    let hub = Hub::open(settings(addressed)).unwrap();
    let names = &hub.desk.authority.as_ref().unwrap().names;
    assert_eq!(names.iter().collect::<Vec<_>>(), ["192.168.10.5"]);
}
