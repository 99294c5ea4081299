//! A phone's QR code at the hub's door.

use super::*;
use crate::prefill::keys::Keys;

#[tokio::test]
async fn only_a_kiosk_may_have_a_code_opened() {
    let data = data();
    let hub = start(data.path()).await;
    let body = json!({ "text": "UKT1" });
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        clerk.refused("/api/prefill", body.clone()).await,
        "not_logged_in"
    );
    let kiosk = hub.kiosk(Method::POST, "/api/prefill").json(&body);
    let answer = kiosk.send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(refused(answer).await, "prefill_damaged");
}

#[tokio::test]
async fn a_page_that_is_exported_while_the_hub_runs_is_understood_at_once() {
    let data = data();
    let hub = start(data.path()).await;
    let ui = tempfile::tempdir().unwrap();
    std::fs::create_dir(ui.path().join("phone")).unwrap();
    let built = "<script type=\"application/json\" id=\"office\"></script>";
    std::fs::write(ui.path().join("phone/index.html"), built).unwrap();
    let wish = crate::ExportPhonePage {
        config: shipped(),
        data: data.path().to_owned(),
        ui: ui.path().to_owned(),
        to: ui.path().join("form.html"),
        new_key: false,
    };
    let said = crate::export_phone_page(&wish, &office()).unwrap();
    let key = Keys::load(data.path()).unwrap().newest().unwrap();
    assert!(said.contains(&key.id), "{said}");
    // Exported again, it is the same key: pages that citizens have saved stay good.
    crate::export_phone_page(&wish, &office()).unwrap();
    assert_eq!(Keys::load(data.path()).unwrap().newest().unwrap(), key);
    let html = std::fs::read_to_string(&wish.to).unwrap();
    assert!(html.contains(&key.public) && html.contains("juminhyo"));
    // The key is known now, so what is wrong with this code is its end.
    let body = json!({ "text": format!("UKT1{}ABC", key.id) });
    let answer = hub.kiosk(Method::POST, "/api/prefill").json(&body);
    assert_eq!(
        refused(answer.send().await.unwrap()).await,
        "prefill_damaged"
    );
    let body = json!({ "text": "UKT100000000ABC" });
    let answer = hub.kiosk(Method::POST, "/api/prefill").json(&body);
    assert_eq!(
        refused(answer.send().await.unwrap()).await,
        "prefill_key_unknown"
    );
}
