//! A kiosk becomes one of the office's over TLS: the code, the fingerprint, the token, and what it refuses.

use hub::{Clock, Hub, Settings};
use kiosk::link::{EnrolError, HubLink, LinkError, Site, authority, enrol};
use tokio::{net::TcpListener, sync::oneshot};
use wire::{Code, command::DeviceKind};

use super::open_office;

#[tokio::test]
async fn a_kiosk_trusts_the_authority_that_a_person_read_out_and_nobody_else() {
    let (config, data) = (open_office(), tempfile::tempdir().unwrap());
    let mut office = office::Office::load(config.path()).unwrap();
    office.hub.names = vec!["127.0.0.1".to_owned()];
    let added =
        |name| hub::add_device(data.path(), &office, name, DeviceKind::Kiosk, None).unwrap();
    let admitted = added(&office.kiosk.names[0]);
    let fingerprint = admitted.authority.unwrap();
    let settings = Settings {
        office: office.clone(),
        data: data.path().to_owned(),
        ui: None,
        clock: Clock::real(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let opened = Hub::open(settings).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(opened.serve(listener, async {
        let _ = stopped.await;
    }));

    assert!(matches!(
        Site::parse(&base, None),
        Err(LinkError::Authority(_))
    ));
    let mistaken = fingerprint.replace(['A', 'B', 'C'], "D").replace('1', "2");
    let refused = authority(&base, &mistaken).await;
    assert!(
        matches!(refused, Err(EnrolError::OtherAuthority { shown, .. }) if shown == fingerprint)
    );
    let der = authority(&base, &fingerprint.to_lowercase()).await.unwrap();
    let site = Site::parse(&base, Some(&der)).unwrap();
    let wrong = enrol(&site, "0000-0000").await;
    assert!(matches!(
        wrong,
        Err(EnrolError::Refused(Code::EnrolmentCodeWrong))
    ));
    let enrolled = enrol(&site, &admitted.code).await.unwrap();
    assert_eq!(enrolled.name, office.kiosk.names[0]);

    let link = HubLink::of_device(&site, &enrolled.token).unwrap();
    let view = link.call("GET", "/api/office", None, None).await.unwrap();
    assert_eq!(view.status, 200);
    let nobody = HubLink::of_page(&site).unwrap();
    let view = nobody.call("GET", "/api/office", None, None).await.unwrap();
    assert_eq!(view.status, 401);

    // Another office's authority, with the token and everything else right: nothing is sent.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = hub::add_device(
        elsewhere.path(),
        &office,
        &office.kiosk.names[0],
        DeviceKind::Kiosk,
        None,
    )
    .unwrap();
    assert_ne!(other.authority.unwrap(), fingerprint);
    let pem = std::fs::read(elsewhere.path().join("authority.pem")).unwrap();
    let other_der = der_of(&pem);
    let deceived = Site::parse(&base, Some(&other_der)).unwrap();
    let link = HubLink::of_device(&deceived, &enrolled.token).unwrap();
    assert!(link.call("GET", "/api/office", None, None).await.is_err());
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}

/// The certificate in a PEM file, by OpenSSL, so that somebody else reads what we write.
fn der_of(pem: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut openssl = std::process::Command::new("openssl")
        .args(["x509", "-outform", "der"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(pem).unwrap();
    openssl.wait_with_output().unwrap().stdout
}
