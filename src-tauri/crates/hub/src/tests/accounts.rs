use super::*;

fn account(name: &str, role: &str, password: Option<&str>) -> Value {
    let mut body = json!({"account": name, "name": "新しい職員", "role": role});
    if let Some(password) = password {
        body["password"] = json!(password);
    }
    body
}

async fn log_in(hub: &Running, account: &str, password: &str) -> Response {
    client()
        .post(format!("{}/api/login", hub.base))
        .json(&json!({"account": account, "password": password}))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn an_administrator_makes_changes_and_removes_accounts_and_nobody_else_does() {
    let data = data();
    let hub = start(data.path()).await;
    let body = account("mori", "clerk", Some("another password"));
    for stranger in ["suzuki", "ito", "tanaka"] {
        let person = hub.login(stranger).await;
        let code = person.refused("/api/accounts", body.clone()).await;
        assert_eq!(code, "forbidden", "{stranger}");
        let listed = person.get("/api/accounts").await;
        assert_eq!(refused(listed).await, "forbidden", "{stranger}");
        // Who did something is read by every colleague.
        let people: Value = person.get("/api/people").await.json().await.unwrap();
        let named = json!({"account": "suzuki", "name": "鈴木"});
        let people = people.as_array().unwrap();
        assert!(people.contains(&named), "{people:?}");
    }
    let outside = client().get(format!("{}/api/people", hub.base));
    assert_eq!(
        refused(outside.send().await.unwrap()).await,
        "not_logged_in"
    );
    let admin = hub.login("kato").await;
    let incomplete = account("mori", "clerk", None);
    assert_eq!(
        admin.refused("/api/accounts", incomplete).await,
        "bad_request"
    );
    let short = account("mori", "clerk", Some("short"));
    assert_eq!(admin.refused("/api/accounts", short).await, "bad_request");
    let made = admin
        .post("/api/accounts")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 200);
    assert_eq!(log_in(&hub, "mori", "another password").await.status(), 200);

    let mori = Client::builder().cookie_store(true).build().unwrap();
    let login = json!({"account": "mori", "password": "another password"});
    let url = format!("{}/api/login", hub.base);
    mori.post(url).json(&login).send().await.unwrap();
    let me = async || {
        let url = format!("{}/api/me", hub.base);
        mori.get(url).send().await.unwrap().status().as_u16()
    };
    assert_eq!(me().await, 200);
    // Another role, the same password: whoever is logged in is out.
    let changed = account("mori", "lead", None);
    let answer = admin
        .post("/api/accounts")
        .json(&changed)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(me().await, 401);
    let again: Value = log_in(&hub, "mori", "another password")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(again["role"], "lead");

    let own = admin
        .post("/api/accounts/kato/remove")
        .send()
        .await
        .unwrap();
    assert_eq!(refused(own).await, "forbidden");
    let removed = admin
        .post("/api/accounts/mori/remove")
        .send()
        .await
        .unwrap();
    assert_eq!(removed.status(), 204);
    let again = admin
        .post("/api/accounts/mori/remove")
        .send()
        .await
        .unwrap();
    assert_eq!(refused(again).await, "not_found");
    let gone = log_in(&hub, "mori", "another password").await;
    assert_eq!(refused(gone).await, "wrong_password");
    let listed: Value = admin.get("/api/accounts").await.json().await.unwrap();
    let names: Vec<&str> = (listed.as_array().unwrap().iter())
        .map(|line| line["account"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ito", "kato", "sato", "suzuki", "tanaka"]);
    hub.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let data = data();
    let hub = start(data.path()).await;
    let here = hub.login("suzuki").await;
    let elsewhere = hub.login("suzuki").await;
    let wrong = json!({"old": "not the password", "new": "a longer password"});
    assert_eq!(here.refused("/api/password", wrong).await, "wrong_password");
    let short = json!({"old": PASSWORD, "new": "short"});
    assert_eq!(here.refused("/api/password", short).await, "bad_request");
    let right = json!({"old": PASSWORD, "new": "a longer password"});
    let answer = here
        .post("/api/password")
        .json(&right)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(here.get("/api/me").await.status(), 200);
    assert_eq!(elsewhere.get("/api/me").await.status(), 401);
    let old = log_in(&hub, "suzuki", PASSWORD).await;
    assert_eq!(refused(old).await, "wrong_password");
    assert_eq!(
        log_in(&hub, "suzuki", "a longer password").await.status(),
        200
    );
    hub.stop().await;
}

#[tokio::test]
async fn an_administrator_lets_somebody_try_again_at_once() {
    let data = data();
    let hub = start(data.path()).await;
    let admin = hub.login("kato").await;
    for _ in 0..5 {
        log_in(&hub, "suzuki", "not the password").await;
    }
    let waits = log_in(&hub, "suzuki", PASSWORD).await;
    assert_eq!(refused(waits).await, "too_many");
    let unlocked = admin
        .post("/api/accounts/suzuki/unlock")
        .send()
        .await
        .unwrap();
    assert_eq!(unlocked.status(), 204);
    assert_eq!(log_in(&hub, "suzuki", PASSWORD).await.status(), 200);
    hub.stop().await;
}
