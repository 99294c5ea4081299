//! Trouble with keys and disks: each is told where it can be mended, and no answer is lost by it.

use store::Store;
use wire::export::ExportedBatch;

use super::{
    case_changes::{bring, family_press},
    *,
};

fn case_of(ticket: &str) -> String {
    format!("/api/tickets/{ticket}/case")
}

fn database(data: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(data.join("uketsuke.db")).unwrap()
}

#[tokio::test]
async fn one_case_whose_key_is_gone_is_told_as_gone_and_the_others_and_its_number_go_on() {
    let data = data();
    let hub = start(data.path()).await;
    let lost = bring(&hub, &family_press()).await;
    let kept = bring(&hub, &family_press()).await;
    hub.stop().await;
    let key = uuid::Uuid::parse_str(&lost).unwrap();
    let deleted = database(data.path())
        .execute("DELETE FROM case_keys WHERE ticket = ?1", [key.as_bytes()])
        .unwrap();
    assert_eq!(deleted, 1);

    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    for path in [case_of(&lost), format!("/api/tickets/{lost}/paper.pdf")] {
        assert_eq!(refused(clerk.get(&path).await).await, "case_gone");
    }
    assert_eq!(clerk.get(&case_of(&kept)).await.status(), 200);
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    assert_eq!(called.id, lost);
    let told: ExportedBatch = {
        for ticket in [&lost, &kept] {
            if ticket != &lost {
                clerk.done("/api/counters/2/next").await;
            }
            let finish = format!("/api/tickets/{ticket}/finish");
            clerk.tells(&finish, json!({"counter": "2"})).await;
        }
        let batch = clerk.post("/api/exports/shomei_hakko/batch");
        understood(batch.json(&json!({"format": "json"})).send().await.unwrap()).await
    };
    assert_eq!(told.left_out.len(), 0);
    hub.stop().await;
}

#[tokio::test]
async fn a_hub_without_its_key_says_so_and_reads_everything_when_the_key_is_back() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    hub.stop().await;
    let (key, aside) = (data.path().join("case.key"), data.path().join("aside"));
    std::fs::rename(&key, &aside).unwrap();
    let told = Store::open(data.path(), &office().id).err().unwrap();
    assert!(told.to_string().contains("case.key"), "{told}");
    std::fs::rename(&aside, &key).unwrap();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    assert_eq!(clerk.get(&case_of(&ticket)).await.status(), 200);
    hub.stop().await;
}

#[tokio::test]
async fn a_days_file_that_could_not_be_written_is_whole_once_the_folder_is_mended() {
    let data = data();
    // A file stands where the folder should be; a full disk is told on the same way (see `export::file`).
    let blocked = data.path().join("handoff");
    std::fs::write(&blocked, "").unwrap();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    clerk.done("/api/counters/2/next").await;
    for word in ["start", "finish"] {
        let path = format!("/api/tickets/{ticket}/{word}");
        clerk.tells(&path, json!({"counter": "2"})).await;
    }
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    insurance.done("/api/counters/4/next").await;
    let finish = format!("/api/tickets/{ticket}/finish");
    insurance.tells(&finish, json!({"counter": "4"})).await;

    let key = Uuid::now_v7().to_string();
    let press = || {
        let url = format!("{}/api/exports/shomei_hakko/batch", clerk.base);
        let post = clerk.client.post(url).header("idempotency-key", &key);
        post.json(&json!({"format": "json"})).send()
    };
    assert_eq!(refused(press().await.unwrap()).await, "folder_unwritable");
    assert_eq!(clerk.get(&case_of(&ticket)).await.status(), 200);
    std::fs::remove_file(&blocked).unwrap();
    // The same press again.
    let told: ExportedBatch = understood(press().await.unwrap()).await;
    assert_eq!((told.rows, told.left_out.len()), (1, 0));
    let file = blocked.join("shomei").join(told.file.unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("架空　朱鷺子"));
    hub.stop().await;
}
