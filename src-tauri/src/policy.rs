//! What the pages may do, read from the shipped files: the list is short, and a longer one needs a reason here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of #[test]"
)]

use std::collections::BTreeSet;

use serde_json::Value;

fn json(file: &str) -> Value {
    serde_json::from_str(file).unwrap()
}

fn permissions(file: &str) -> BTreeSet<String> {
    let capability = json(file);
    assert!(
        capability.get("remote").is_none(),
        "no page from elsewhere may call anything"
    );
    let list = capability["permissions"].as_array().unwrap().clone();
    list.iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect()
}

fn expected(own: &[&str]) -> BTreeSet<String> {
    let events = ["core:event:allow-listen", "core:event:allow-unlisten"];
    events
        .iter()
        .chain(own)
        .map(|it| (*it).to_owned())
        .collect()
}

#[test]
fn each_window_may_do_what_its_role_needs_and_nothing_else() {
    assert_eq!(
        permissions(include_str!("../capabilities/kiosk.json")),
        expected(&[
            "allow-host-info",
            "allow-kiosk-view",
            "allow-kiosk-input",
            "allow-words"
        ]),
        "the citizen's window cannot reach the hub"
    );
    let listens = [
        "allow-host-info",
        "allow-words",
        "allow-hub-call",
        "allow-live-subscribe",
    ];
    for file in [
        include_str!("../capabilities/board.json"),
        include_str!("../capabilities/dashboard.json"),
    ] {
        assert_eq!(permissions(file), expected(&listens));
    }
    let console = [
        &listens[..],
        &[
            "allow-hub-bytes",
            "allow-hub-upload",
            "allow-print-paper",
            "allow-print-file",
            "allow-keep-case",
            "allow-strip",
        ],
    ]
    .concat();
    assert_eq!(
        permissions(include_str!("../capabilities/console.json")),
        expected(&console)
    );
}

#[test]
fn the_pages_load_nothing_but_themselves() {
    let config = json(include_str!("../tauri.conf.json"));
    let app = &config["app"];
    let security = &app["security"];
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["dangerousDisableAssetCspModification"], false);
    assert_eq!(security["assetProtocol"]["enable"], false);
    assert!(config["build"].get("devUrl").is_none());
    let csp = security["csp"].as_object().unwrap();
    let allowed: BTreeSet<&str> = csp
        .values()
        .flat_map(|sources| sources.as_str().unwrap().split_whitespace())
        .collect();
    // Without the two addresses of IPC no command reaches Rust in a release build.
    let expected = [
        "'none'",
        "'self'",
        "data:",
        "blob:",
        "ipc:",
        "http://ipc.localhost",
    ];
    assert_eq!(allowed, expected.into());
    assert_eq!(csp["default-src"], "'none'");
    assert_eq!(csp["script-src"], "'self'");
    assert_eq!(csp["connect-src"], "'self' ipc: http://ipc.localhost");
}
