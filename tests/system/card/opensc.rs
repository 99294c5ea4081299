//! OpenSC, which knows nothing of this product, takes the virtual card for a JPKI card and signs with it.

use std::path::Path;

use card::session::ReaderState;
use sim::card::Slot;

use super::service::ReaderService;
use super::{kiosk, slot};

const MODULE: &str = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";

/// A folder for what the programs write, and the reader with a card on it.
struct Bench {
    service: ReaderService,
    slot: Slot,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn set() -> Self {
        let service = ReaderService::start();
        let mut slot = slot(&service);
        // `opensc-tool --wait` can miss a card that arrives while it begins to wait; ours does not.
        let mut kiosk = kiosk(&service);
        slot.put().unwrap();
        kiosk.sees(ReaderState::Card).await;
        Self {
            service,
            slot,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// What the program says; it must succeed.
    fn says(&self, program: &str, arguments: &[&str]) -> String {
        String::from_utf8(self.service.output(program, arguments).stdout).unwrap()
    }

    /// The public key of a certificate on the card, as a file.
    fn public_key(&self, certificate: &[&str]) -> String {
        let (read, key) = (self.path("certificate"), self.path("key"));
        let output = ["--output", &read];
        self.says("pkcs15-tool", &[certificate, &output].concat());
        let to_key = ["x509", "-in", &read, "-noout", "-pubkey", "-out", &key];
        self.says("openssl", &to_key);
        key
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opensc_accepts_the_virtual_card_as_a_jpki_card() {
    let bench = Bench::set().await;
    assert_eq!(bench.says("opensc-tool", &["--name"]).trim(), "jpki");
    let dump = bench.says("pkcs15-tool", &["--dump"]);
    for line in [
        "PKCS#15 Card [JPKI]",
        "PIN [User Authentication PIN]",
        "Tries left     : 3",
        "PIN [Digital Signature PIN]",
        "Tries left     : 5",
    ] {
        assert!(dump.contains(line), "{line:?} is missing in:\n{dump}");
    }
    let certificates = bench.says("pkcs15-tool", &["--list-certificates"]);
    for name in [
        "User Authentication Certificate",
        "Digital Signature Certificate",
    ] {
        let line = format!("X.509 Certificate [{name}]");
        assert!(
            certificates.contains(&line),
            "{line} is missing in:\n{certificates}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opensc_signs_with_the_authentication_key_and_openssl_agrees() {
    let bench = Bench::set().await;
    let (hash, signature) = (bench.path("hash"), bench.path("signature"));
    std::fs::write(&hash, [7; 32]).unwrap();
    let sign = [
        "--sign",
        "--key",
        "1",
        "--pin",
        "1234",
        "--pkcs1",
        "--sha-256",
        "-i",
        &hash,
        "-o",
        &signature,
    ];
    bench.says("pkcs15-crypt", &sign);
    let key = bench.public_key(&["--read-certificate", "1"]);
    let verify = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        &key,
        "-in",
        &hash,
        "-sigfile",
        &signature,
        "-pkeyopt",
        "digest:sha256",
    ];
    assert!(
        bench
            .says("openssl", &verify)
            .contains("Verified Successfully")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn opensc_signs_over_pkcs11_and_openssl_agrees() {
    assert!(
        Path::new(MODULE).exists(),
        "OpenSC's module is not installed"
    );
    let bench = Bench::set().await;
    let (data, signature) = (bench.path("data"), bench.path("signature"));
    std::fs::write(&data, "受付").unwrap();
    let sign = [
        "--module",
        MODULE,
        "--login",
        "--pin",
        "1234",
        "--sign",
        "--id",
        "01",
        "--mechanism",
        "SHA256-RSA-PKCS",
        "--input-file",
        &data,
        "--output-file",
        &signature,
    ];
    bench.says("pkcs11-tool", &sign);
    let key = bench.public_key(&["--read-certificate", "1"]);
    let verify = [
        "dgst",
        "-sha256",
        "-verify",
        &key,
        "-signature",
        &signature,
        &data,
    ];
    assert!(bench.says("openssl", &verify).contains("Verified OK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_certificate_needs_its_password_also_for_opensc() {
    let bench = Bench::set().await;
    let read = [
        "--read-certificate",
        "2",
        "--verify-pin",
        "--auth-id",
        "2",
        "--pin",
        "ABC123",
    ];
    let key = bench.public_key(&read);
    assert!(std::fs::read_to_string(key).unwrap().contains("PUBLIC KEY"));
    let wrong = bench.service.try_output(
        "pkcs15-tool",
        &[
            "--read-certificate",
            "2",
            "--verify-pin",
            "--auth-id",
            "2",
            "--pin",
            "XYZ999",
        ],
    );
    assert!(!wrong.status.success());
    let counters = bench.slot.counters();
    let left = counters
        .iter()
        .find(|it| it.name == "sign-password")
        .unwrap();
    assert_eq!(left.left, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_four_items_are_there_for_any_program_that_shows_the_pin() {
    let bench = Bench::set().await;
    let arguments = [
        "--send-apdu",
        "00A4040C0AD3921000310001010408",
        "--send-apdu",
        "002000910431323334",
        "--send-apdu",
        "00B0820000",
    ];
    let said = bench.says("opensc-tool", &arguments);
    assert_eq!(said.matches("SW1=0x90, SW2=0x00").count(), 3, "{said}");
    assert!(said.contains("FF 20 "), "{said}");
}
