//! `uketsuke-hub` as an office starts it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the whole file is test code"
)]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config")
}

fn hub(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke-hub"));
    command
        .args(arguments)
        .arg("--config")
        .arg(shipped())
        .env("RUST_LOG", "off");
    command
}

fn add_account(data: &Path, password: &str) -> Output {
    let arguments = [
        "account", "add", "suzuki", "--name", "鈴木", "--role", "clerk",
    ];
    let mut child = hub(&arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child.wait_with_output().unwrap()
}

/// A hub that does not outlive a test that failed.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(data: &Path) -> (Served, String) {
    let mut command = hub(&["serve", "--listen", "127.0.0.1:0"]);
    command.args(["--rehearse-at", "2026-11-24T10:00:00+09:00"]);
    serve_by(command, data)
}

fn serve_by(mut command: Command, data: &Path) -> (Served, String) {
    let mut child = command
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let base = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    (Served(child), base)
}

/// As a supervisor ends it.
fn end(Served(child): &mut Served) {
    let asked = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn an_office_adds_an_account_starts_the_hub_logs_in_and_stops_it() {
    let data = tempfile::tempdir().unwrap();
    let added = add_account(data.path(), "a password for tests");
    assert!(added.status.success(), "{added:?}");
    let (mut child, base) = serve(data.path());
    let answer = reqwest::Client::new()
        .post(format!("{base}/api/login"))
        .json(&json!({"account": "suzuki", "password": "a password for tests"}))
        .send()
        .await
        .unwrap();
    let me: Value = answer.json().await.unwrap();
    assert_eq!(me["name"], "鈴木");
    assert_eq!(me["role"], "clerk");
    let health: Value = reqwest::get(format!("{base}/api/health"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    // Nobody gave it the password of the reservation service, and nothing else is wrong.
    let warnings = health["warnings"].as_array().unwrap();
    assert!(warnings.iter().all(|it| it["about"] == "bookings"));
    // While it runs, nobody else writes into its database.
    let second = add_account(data.path(), "another password");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"));
    end(&mut child);
}

#[test]
fn a_short_password_makes_no_account() {
    let data = tempfile::tempdir().unwrap();
    let refused = add_account(data.path(), "1234567");
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("at least 8 characters"), "{said}");
    assert!(!said.contains("1234567"), "{said}");
}

#[test]
fn check_praises_the_shipped_configuration_and_names_file_and_line_of_a_mistake() {
    let good = hub(&["check"]).output().unwrap();
    assert!(good.status.success(), "{good:?}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("office.toml"), "id = 5\n").unwrap();
    let bad = Command::new(env!("CARGO_BIN_EXE_uketsuke-hub"))
        .arg("check")
        .arg("--config")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!bad.status.success());
    let said = String::from_utf8_lossy(&bad.stderr);
    assert!(said.contains("office.toml:1"), "{said}");
}

#[tokio::test]
async fn an_office_lets_a_board_in_before_it_opens_and_puts_it_out_after_it_closed() {
    let data = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let output = hub(arguments).arg("--data").arg(data.path()).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), text)
    };
    let (unknown_kiosk, _) = said(&["device", "add", "kiosk-99", "--kind", "kiosk"]);
    assert!(!unknown_kiosk, "office.toml names no such kiosk");
    let (added, text) = said(&["device", "add", "1階ロビー", "--kind", "board"]);
    assert!(added, "{text}");
    let code = text.split(' ').nth(1).unwrap();
    let (_, listed) = said(&["device", "list"]);
    assert!(listed.contains("1階ロビー\tboard\thas not shown its code"));

    // The code is good for a quarter of an hour of real time, so nothing is rehearsed here.
    let (mut child, base) = serve_by(hub(&["serve", "--listen", "127.0.0.1:0"]), data.path());
    let enrolled: Value = reqwest::Client::new()
        .post(format!("{base}/api/devices/enrol"))
        .json(&json!({"code": code}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(enrolled["name"], "1階ロビー");
    let office = async |base: &str| {
        let request = reqwest::Client::new().get(format!("{base}/api/office"));
        let token = enrolled["token"].as_str().unwrap();
        request.bearer_auth(token).send().await.unwrap().status()
    };
    assert_eq!(office(&base).await, 200);
    end(&mut child);

    let (_, listed) = said(&["device", "list"]);
    assert!(listed.contains("enrolled") && listed.contains("let in by hub"));
    assert!(said(&["device", "revoke", "1階ロビー"]).0);
    assert!(!said(&["device", "revoke", "1階ロビー"]).0, "once");
    assert_eq!(said(&["device", "list"]), (true, String::new()));
    let (mut child, base) = serve_by(hub(&["serve", "--listen", "127.0.0.1:0"]), data.path());
    assert_eq!(office(&base).await, 403);
    end(&mut child);
}

#[test]
fn a_hub_that_others_would_reach_without_a_name_says_what_to_write_where() {
    let data = tempfile::tempdir().unwrap();
    let refused = hub(&["serve", "--listen", "0.0.0.0:0"])
        .arg("--data")
        .arg(data.path())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("[hub] names"), "{said}");
}
