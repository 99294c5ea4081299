//! Whoever writes a procedure sees what it comes to, and what is wrong with it, as soon as it is saved.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the whole module is test code"
)]

use std::{future::pending, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use super::*;

struct Shown {
    config: TempDir,
    base: String,
    serving: tokio::task::JoinHandle<io::Result<()>>,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn show(procedure: &str) -> Shown {
    let config = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
    copy(&shipped, config.path());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let preview = Preview {
        config: config.path().to_owned(),
        procedure: procedure.to_owned(),
    };
    let serving = tokio::spawn(serve(preview, Clock::real(), listener, pending()));
    Shown {
        config,
        base,
        serving,
    }
}

impl Shown {
    async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.base)).await.unwrap()
    }

    /// What is drawn once it is newer than a version.
    async fn drawn(&self, after: u64) -> Value {
        loop {
            let drawn: Value = self
                .get(&format!("/drawn?after={after}"))
                .await
                .json()
                .await
                .unwrap();
            if drawn["version"].as_u64().unwrap() > after {
                return drawn;
            }
        }
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.config.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

fn version(drawn: &Value) -> u64 {
    drawn["version"].as_u64().unwrap()
}

#[tokio::test]
async fn a_procedure_is_drawn_anew_when_its_file_changes_and_its_mistakes_are_named() {
    let shown = show("juminhyo").await;
    let first = shown.drawn(0).await;
    assert_eq!(first["mistakes"], serde_json::json!([]));
    assert_eq!(first["told"]["name"], "住民票の写し");
    let ids = |drawn: &Value| -> Vec<String> {
        let questions = drawn["told"]["questions"].as_array().unwrap();
        questions
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(ids(&first).contains(&"copies".to_owned()));
    assert_eq!(first["papers"].as_array().unwrap().len(), 3);
    let png = shown.get("/paper/0/0").await;
    assert_eq!(png.headers()["content-type"], "image/png");
    assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    assert_eq!(shown.get("/paper/0/9").await.status(), 404);
    assert_eq!(shown.get("/paper/7/0").await.status(), 404);

    // A mistake in the questions: what could be read last stays beside it.
    shown.change(
        "procedures/juminhyo.toml",
        "min = 1\nmax = 20",
        "min = 20\nmax = 1",
    );
    let wrong = shown.drawn(version(&first)).await;
    let mistake = wrong["mistakes"][0].as_str().unwrap();
    assert!(mistake.contains("juminhyo.toml:"), "{mistake}");
    assert_eq!(wrong["told"]["name"], "住民票の写し");
    assert!(shown.get("/paper/0/0").await.status().is_success());

    // Mended, and the name is another.
    shown.change(
        "procedures/juminhyo.toml",
        "min = 20\nmax = 1",
        "min = 1\nmax = 20",
    );
    let from = "ja = \"住民票の写し\"";
    shown.change("procedures/juminhyo.toml", from, "ja = \"住民票\"");
    let mut mended = shown.drawn(version(&wrong)).await;
    while mended["told"]["name"] != "住民票" {
        mended = shown.drawn(version(&mended)).await;
    }
    assert_eq!(mended["mistakes"], serde_json::json!([]));

    // A mistake in the paper that only one answer brings out.
    let from = "([請求の理由], options(\"purpose\")),";
    shown.change(
        "procedures/juminhyo.typ",
        from,
        "([請求の理由], optoins(\"purpose\")),",
    );
    let wrong = shown.drawn(version(&mended)).await;
    let mistake = wrong["mistakes"][0].as_str().unwrap();
    assert!(
        mistake.starts_with("juminhyo.typ:") && mistake.contains("optoins"),
        "{mistake}"
    );
    shown.serving.abort();
}

#[tokio::test]
async fn a_procedure_that_is_not_there_is_told_with_those_that_are() {
    let shown = show("jumin").await;
    let drawn = shown.drawn(0).await;
    let mistake = drawn["mistakes"][0].as_str().unwrap();
    assert!(
        mistake.contains("procedures/jumin.toml") && mistake.contains("juminhyo"),
        "{mistake}"
    );
    assert!(drawn["told"].is_null());
    let page = shown.get("/").await;
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'self'; frame-ancestors 'none'"
    );
    for path in ["/", "/page.css", "/page.js"] {
        assert!(shown.get(path).await.status().is_success(), "{path}");
    }
    shown.serving.abort();
}

#[test]
fn every_shipped_procedure_is_filled_in_to_its_end() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
    let office = office::Office::load(&shipped).unwrap();
    let today = "2026-11-24".parse().unwrap();
    for form in &office.procedures {
        for way in [sample::Way::First, sample::Way::Last] {
            let (application, asked) = sample::filled(&form.procedure, today, way);
            let open = application.next_question().map(|it| it.id.clone());
            assert_eq!(open, None, "{} {way:?} after {asked}", form.procedure.id());
            assert!(asked > 0);
        }
    }
}
