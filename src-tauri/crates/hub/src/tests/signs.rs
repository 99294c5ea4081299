//! A form on a counter's tablet, from the clerk's press to the archive, and everything that can come between.

use lopdf::Document;
use wire::{
    case::{CaseView, FormView},
    sign::{SignRequest, SignState, SignatureMode, TabletView},
};

use super::{case_changes::bring, devices::Enlisted, *};

const NAME: &str = "架空　朱鷺子";

/// What a tablet tells of a pen.
fn strokes() -> Value {
    json!({"strokes": [[[200, 300], [600, 700], [900, 200]], [[1_000, 500]]]})
}

fn typed(field: &str, value: &str) -> Value {
    json!({"field": field, "value": value, "provenance": "typed"})
}

/// A form that is signed on a tablet, and one that is signed on paper.
fn press() -> Value {
    let person = |answers: &[Value]| {
        let mut all = vec![
            json!({"field": "applicant_name", "value": NAME, "provenance": "card"}),
            json!({"field": "applicant_birth", "value": "1980-02-17", "provenance": "card"}),
        ];
        all.extend_from_slice(answers);
        all
    };
    json!({
        "service": "insurance",
        "then": ["certificates"],
        "language": "en",
        "case": {"forms": [
            {"procedure": "sosaihi", "unfinished": true, "answers": person(&[typed("died_on", "2026-11-10")])},
            {"procedure": "juminhyo", "unfinished": true, "answers": person(&[typed("copies", "2")])},
        ]},
    })
}

/// A counter with its clerk, its tablet, and a ticket that was called there.
struct Counter {
    hub: Running,
    clerk: Person,
    tablet: Enlisted,
    ticket: String,
    counter: String,
    _data: TempDir,
}

impl Counter {
    async fn open() -> Self {
        let folder = data();
        let hub = start(folder.path()).await;
        let counter = counter_for("insurance");
        let tablet = Enlisted::tablet(&hub, "タブレット", &counter).await;
        let clerk = hub.login("suzuki").await;
        clerk.done(&format!("/api/counters/{counter}/open")).await;
        let ticket = bring(&hub, &press()).await;
        let called = clerk.done(&format!("/api/counters/{counter}/next")).await;
        assert_eq!(called.ticket.unwrap().id, ticket);
        let this = Self {
            hub,
            clerk,
            tablet,
            ticket,
            counter,
            _data: folder,
        };
        assert!(this.shows("").await.request.is_none());
        this
    }

    /// What the tablet is told; `x` is nothing that it could show, so that nobody waits for news.
    async fn shows(&self, shown: &str) -> TabletView {
        let shown = if shown.is_empty() { "x" } else { shown };
        let path = format!("/api/sign?shows={shown}");
        let answer = self.tablet.request(Method::GET, &path).send().await;
        understood(answer.unwrap()).await
    }

    fn asks(&self, person: &Person, procedure: &str, revision: u32) -> RequestBuilder {
        let body = json!({"procedure": procedure, "revision": revision});
        person
            .post(&format!("/api/tickets/{}/sign", self.ticket))
            .json(&body)
    }

    async fn asked(&self, procedure: &str) -> SignRequest {
        let revision = self.case().await.revision;
        let request = self.asks(&self.clerk, procedure, revision);
        let asked = understood(request.send().await.unwrap()).await;
        // The tablet is told after the clerk was answered; whoever asks the owner again comes after that.
        self.case().await;
        asked
    }

    async fn signs(&self, request: &str) -> Response {
        let path = format!("/api/sign/{request}");
        let request = self.tablet.request(Method::POST, &path);
        request.json(&strokes()).send().await.unwrap()
    }

    async fn state(&self, request: &SignRequest) -> SignState {
        let path = format!("/api/tickets/{}/sign/{}", self.ticket, request.request);
        let view: SignRequest = understood(self.clerk.get(&path).await).await;
        view.state
    }

    async fn case(&self) -> CaseView {
        let path = format!("/api/tickets/{}/case", self.ticket);
        understood(self.clerk.get(&path).await).await
    }

    async fn changes(&self, procedure: &str, field: &str, value: &str) -> CaseView {
        self.is_changed(&self.clerk, (procedure, field), value)
            .await
    }

    async fn is_changed(&self, by: &Person, of: (&str, &str), value: &str) -> CaseView {
        let (procedure, field) = of;
        let revision = self.case().await.revision;
        let change =
            json!({"kind": "value", "procedure": procedure, "field": field, "value": value});
        let body = json!({"revision": revision, "change": change});
        let path = format!("/api/tickets/{}/case", self.ticket);
        understood(by.post(&path).json(&body).send().await.unwrap()).await
    }

    /// What the trail has of signatures: deed and place.
    async fn trail(&self) -> Vec<(String, String, String)> {
        let manager = self.hub.login("kato").await;
        let lines: Vec<wire::command::AuditLine> =
            understood(manager.get("/api/audit").await).await;
        let lines = lines.into_iter().rev();
        lines
            .filter(|it| it.action.starts_with("signature_"))
            .map(|it| (it.action, it.place, it.subject))
            .collect()
    }
}

fn counter_for(service: &str) -> String {
    let office = office();
    let mut counters = office.rules.counters.iter();
    let found = counters.find(|it| it.services.iter().any(|it| it.service.as_str() == service));
    found.unwrap().id.to_string()
}

fn form<'a>(case: &'a CaseView, procedure: &str) -> &'a FormView {
    let mut forms = case.forms.iter();
    forms.find(|it| it.procedure == procedure).unwrap()
}

#[tokio::test]
async fn a_form_is_shown_signed_kept_archived_and_voided_by_a_change() {
    let counter = Counter::open().await;
    let before = counter.case().await;
    assert_eq!(
        form(&before, "sosaihi").signature.mode,
        SignatureMode::Tablet
    );
    assert_eq!(
        form(&before, "juminhyo").signature.mode,
        SignatureMode::Paper
    );

    let request = counter.asked("sosaihi").await;
    assert_eq!(
        (request.state, request.counter.as_str()),
        (SignState::Waiting, counter.counter.as_str())
    );
    let shown = counter.shows("").await;
    assert_eq!(shown.request.as_ref(), Some(&request.request));
    let sheet = shown.sheet.unwrap();
    assert_eq!(sheet.language, "en");
    assert!(sheet.rows.iter().any(|row| row.value == NAME));
    // What it shows already is not sent again.
    let path = format!("/api/sign?shows={}", request.request);
    let patient = counter.tablet.request(Method::GET, &path).send();
    let (again, signed) = tokio::join!(patient, counter.signs(&request.request));
    let signed: SignRequest = understood(signed).await;
    assert_eq!(signed.state, SignState::Signed);
    let again: TabletView = understood(again.unwrap()).await;
    assert!(again.sheet.is_none(), "it is gone, or it is what is shown");
    assert!(counter.shows(&request.request).await.request.is_none());

    let after = counter.case().await;
    assert_eq!(after.revision, before.revision + 1);
    let given = form(&after, "sosaihi").signature.given.as_ref().unwrap();
    assert_eq!(
        (given.by.as_str(), given.tablet.as_str()),
        ("suzuki", "タブレット")
    );

    // On the paper and in the file for the document system, with what was shown as a digest.
    let archive = format!("/api/tickets/{}/archive.pdf", counter.ticket);
    let bytes = counter.clerk.get(&archive).await.bytes().await.unwrap();
    let told = attached(&bytes, "signatures.json");
    assert_eq!(told["shape"], "uketsuke-case-1");
    assert_eq!(told["field"], json!([4_000, 1_000]));
    let one = &told["signatures"][0];
    assert_eq!(one["strokes"], strokes()["strokes"]);
    assert_eq!(one["shown_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        (&one["procedure"], &one["by"]),
        (&json!("sosaihi"), &json!("suzuki"))
    );

    // A change of another form leaves it; a change of this one voids it.
    let other = counter.changes("sosaihi", "applicant_name", NAME).await;
    assert!(
        form(&other, "sosaihi").signature.given.is_some(),
        "nothing was changed"
    );
    let changed = counter.changes("sosaihi", "died_on", "2026-11-11").await;
    let signature = &form(&changed, "sosaihi").signature;
    assert_eq!(signature.given, None);
    assert_eq!(signature.voided.len(), 1);
    assert!(signature.voided[0].voided_at.is_some());

    // It can be signed again; the history keeps what was voided.
    let second = counter.asked("sosaihi").await;
    counter.shows("").await;
    let _: SignRequest = understood(counter.signs(&second.request).await).await;
    let case = counter.case().await;
    let signature = &form(&case, "sosaihi").signature;
    assert!(signature.given.is_some() && signature.voided.len() == 1);

    let subject = format!("{} sosaihi", counter.ticket);
    let deeds: Vec<_> = counter.trail().await;
    let words: Vec<&str> = deeds.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(
        words,
        [
            "signature_asked",
            "signature_given",
            "signature_voided",
            "signature_asked",
            "signature_given"
        ]
    );
    assert_eq!(deeds[0].2, subject);
    assert_eq!(
        (deeds[1].1.as_str(), &deeds[1].2),
        ("タブレット", &format!("{subject} suzuki"))
    );
    assert!(deeds.iter().all(|it| !it.2.contains("朱鷺子")));
    counter.hub.stop().await;
}

/// A file that a PDF carries.
fn attached(pdf: &[u8], name: &str) -> Value {
    let file = Document::load_mem(pdf).unwrap();
    let named = |dictionary: &lopdf::Dictionary| {
        let uf = dictionary.get(b"UF").ok()?;
        (lopdf::decode_text_string(uf).ok()? == name)
            .then(|| dictionary.get(b"EF").ok().cloned())?
    };
    let embedded = file
        .objects
        .values()
        .filter_map(|it| it.as_dict().ok())
        .find_map(named);
    let embedded = embedded.unwrap();
    let embedded = file.dereference(&embedded).unwrap().1.as_dict().unwrap();
    let stream = embedded.get(b"UF").or_else(|_| embedded.get(b"F")).unwrap();
    let stream = file.dereference(stream).unwrap().1.as_stream().unwrap();
    let bytes = stream
        .decompressed_content()
        .unwrap_or_else(|_| stream.content.clone());
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn what_stands_on_a_tablet_ends_when_it_is_taken_back_changed_left_or_too_old() {
    let counter = Counter::open().await;

    let cancelled = counter.asked("sosaihi").await;
    let path = format!(
        "/api/tickets/{}/sign/{}/cancel",
        counter.ticket, cancelled.request
    );
    let told: SignRequest = understood(counter.clerk.post(&path).send().await.unwrap()).await;
    assert_eq!(told.state, SignState::Cancelled);
    assert!(counter.shows(&cancelled.request).await.request.is_none());
    assert_eq!(
        refused(counter.signs(&cancelled.request).await).await,
        "signature_over"
    );

    let changed = counter.asked("sosaihi").await;
    let lead = counter.hub.login("ito").await;
    counter.is_changed(&lead, ("juminhyo", "copies"), "3").await;
    assert_eq!(
        counter.state(&changed).await,
        SignState::Waiting,
        "another form was changed"
    );
    counter.changes("sosaihi", "died_on", "2026-11-12").await;
    assert_eq!(counter.state(&changed).await, SignState::Changed);
    assert_eq!(
        refused(counter.signs(&changed.request).await).await,
        "signature_over"
    );

    let paper = counter.asked("sosaihi").await;
    let path = format!("/api/sign/{}/paper", paper.request);
    let answer = counter
        .tablet
        .request(Method::POST, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(counter.state(&paper).await, SignState::Paper);

    let old = counter.asked("sosaihi").await;
    counter
        .hub
        .desk
        .clock
        .advance(chrono::TimeDelta::minutes(5));
    assert_eq!(counter.state(&old).await, SignState::Expired);
    assert!(counter.shows(&old.request).await.request.is_none());
    assert_eq!(
        refused(counter.signs(&old.request).await).await,
        "signature_over"
    );

    let left = counter.asked("sosaihi").await;
    let at = json!({"counter": counter.counter});
    counter
        .clerk
        .tells(&format!("/api/tickets/{}/start", counter.ticket), at)
        .await;
    assert_eq!(
        counter.state(&left).await,
        SignState::Waiting,
        "it is still at the counter"
    );
    let at = json!({"counter": counter.counter});
    counter
        .clerk
        .tells(&format!("/api/tickets/{}/finish", counter.ticket), at)
        .await;
    assert_eq!(counter.state(&left).await, SignState::Left);
    assert_eq!(
        refused(counter.signs(&left.request).await).await,
        "signature_over"
    );
    let again = counter
        .asks(&counter.clerk, "sosaihi", 3)
        .send()
        .await
        .unwrap();
    assert_eq!(refused(again).await, "ticket_state");
    counter.hub.stop().await;
}

#[tokio::test]
async fn only_the_clerk_of_the_counter_asks_and_only_for_a_form_that_they_may_change() {
    let counter = Counter::open().await;
    let revision = counter.case().await.revision;
    let asks = async |person: &Person, procedure: &str, revision: u32| {
        let request = counter.asks(person, procedure, revision);
        refused(request.send().await.unwrap()).await
    };
    let colleague = counter.hub.login("sato").await;
    assert_eq!(asks(&colleague, "sosaihi", revision).await, "forbidden");
    // A lead may change every form, but has no counter here.
    let lead = counter.hub.login("ito").await;
    assert_eq!(asks(&lead, "sosaihi", revision).await, "forbidden");
    // The other form is seen to at the next counter.
    assert_eq!(
        asks(&counter.clerk, "juminhyo", revision).await,
        "forbidden"
    );
    assert_eq!(asks(&counter.clerk, "koseki", revision).await, "not_found");
    assert_eq!(
        asks(&counter.clerk, "sosaihi", revision + 1).await,
        "case_changed"
    );
    let manager = counter.hub.login("tanaka").await;
    assert_eq!(asks(&manager, "sosaihi", revision).await, "forbidden");
    assert_eq!(counter.trail().await, [], "nothing was asked");
    counter.hub.stop().await;
}

#[tokio::test]
async fn one_form_at_a_time_stands_on_the_tablet_of_its_own_counter() {
    let counter = Counter::open().await;
    let first = counter.asked("sosaihi").await;
    // The same form again, from a page that was loaded anew: the newer request stands.
    let second = counter.asked("sosaihi").await;
    assert_ne!(first.request, second.request);
    assert_eq!(
        refused(counter.signs(&first.request).await).await,
        "signature_over"
    );

    // Another ticket's form has to wait.
    let other = bring(&counter.hub, &press()).await;
    let signing = &counter.hub.desk.signing;
    assert!(
        signing
            .view(
                second.request.parse().unwrap(),
                counter.hub.desk.clock.now()
            )
            .is_some()
    );
    let path = format!("/api/tickets/{other}/sign");
    let body = json!({"procedure": "sosaihi", "revision": 1});
    assert_eq!(counter.clerk.refused(&path, body).await, "ticket_state");

    // Another counter's tablet neither shows it nor signs it.
    let elsewhere = counter_for("moving");
    assert_ne!(elsewhere, counter.counter);
    let stranger = Enlisted::tablet(&counter.hub, "別のタブレット", &elsewhere).await;
    let answer = stranger
        .request(Method::GET, "/api/sign?shows=x")
        .send()
        .await;
    let view: TabletView = understood(answer.unwrap()).await;
    assert!(view.request.is_none());
    let path = format!("/api/sign/{}", second.request);
    let answer = stranger
        .request(Method::POST, &path)
        .json(&strokes())
        .send()
        .await;
    assert_eq!(refused(answer.unwrap()).await, "signature_over");
    // A kiosk is no tablet.
    let answer = counter
        .hub
        .kiosk(Method::POST, &path)
        .json(&strokes())
        .send()
        .await;
    assert_eq!(answer.unwrap().status(), 403);

    // A press that is sent twice signs once.
    let key = Uuid::now_v7().to_string();
    let send = async || {
        let request = counter.tablet.request(Method::POST, &path);
        let mut request = request.json(&strokes()).build().unwrap();
        let value = key.parse().unwrap();
        request.headers_mut().insert("idempotency-key", value);
        client().execute(request).await.unwrap()
    };
    let once: SignRequest = understood(send().await).await;
    let twice: SignRequest = understood(send().await).await;
    assert_eq!(once, twice);
    assert_eq!(form(&counter.case().await, "sosaihi").signature.voided, []);
    counter.hub.stop().await;
}

#[tokio::test]
async fn a_tablet_that_is_silent_or_put_out_is_told_to_the_clerk() {
    let counter = Counter::open().await;
    counter
        .hub
        .desk
        .clock
        .advance(chrono::TimeDelta::seconds(16));
    let revision = counter.case().await.revision;
    let asks = || counter.asks(&counter.clerk, "sosaihi", revision).send();
    assert_eq!(refused(asks().await.unwrap()).await, "tablet_away");
    counter.shows("").await;
    let request: SignRequest = understood(asks().await.unwrap()).await;

    let lead = counter.hub.login("ito").await;
    let listed: wire::command::DevicesView = understood(lead.get("/api/devices").await).await;
    let device = &listed.devices[0];
    assert_eq!(device.counter.as_ref(), Some(&counter.counter));
    let path = format!("/api/devices/{}/revoke", device.id);
    assert_eq!(lead.post(&path).send().await.unwrap().status(), 204);
    assert_eq!(counter.state(&request).await, SignState::TabletOut);
    let answer = counter
        .tablet
        .request(Method::GET, "/api/sign?shows=x")
        .send()
        .await;
    assert_eq!(refused(answer.unwrap()).await, "device_unknown");
    counter.hub.stop().await;
}

#[tokio::test]
async fn what_is_no_signature_is_refused_and_the_form_stays() {
    let counter = Counter::open().await;
    let request = counter.asked("sosaihi").await;
    let path = format!("/api/sign/{}", request.request);
    let dots = vec![json!([[7, 7]]); 201];
    for (body, expected) in [
        (json!({"strokes": []}), "signature_empty"),
        (json!({"strokes": [[[500, 500]]]}), "signature_empty"),
        (json!({"strokes": [[[0, 0], [4_001, 0]]]}), "bad_request"),
        (json!({"strokes": [[]]}), "bad_request"),
        (json!({"strokes": [[[-1, 0]]]}), "bad_request"),
        (json!({"strokes": dots}), "too_large"),
        (json!({"strokes": [], "name": "x"}), "bad_request"),
    ] {
        let answer = counter
            .tablet
            .request(Method::POST, &path)
            .json(&body)
            .send()
            .await;
        assert_eq!(refused(answer.unwrap()).await, expected, "{body}");
    }
    assert_eq!(counter.state(&request).await, SignState::Waiting);
    assert_eq!(form(&counter.case().await, "sosaihi").signature.given, None);
    counter.hub.stop().await;
}

#[tokio::test]
async fn nobody_logs_in_on_a_tablet_and_a_tablet_lies_at_a_counter_that_there_is() {
    let counter = Counter::open().await;
    let login = json!({"account": "suzuki", "password": PASSWORD});
    let request = counter
        .tablet
        .request(Method::POST, "/api/login")
        .json(&login);
    assert_eq!(refused(request.send().await.unwrap()).await, "forbidden");
    // Somebody was logged in before the browser became a tablet.
    let url = format!("{}/api/login", counter.hub.base);
    let answer = client().post(url).json(&login).send().await.unwrap();
    let session = answer.headers()["set-cookie"].to_str().unwrap();
    let session = session.split(';').next().unwrap();
    let url = format!("{}/api/sign?shows=x", counter.hub.base);
    for (cookie, expected) in [
        (format!("uketsuke_device={}", counter.tablet.token), 200),
        (
            format!("{session}; uketsuke_device={}", counter.tablet.token),
            403,
        ),
    ] {
        let request = client().get(&url).header("cookie", cookie);
        assert_eq!(request.send().await.unwrap().status(), expected);
    }

    let lead = counter.hub.login("ito").await;
    for (body, says) in [
        (json!({"name": "タブレット2", "kind": "tablet"}), "counter"),
        (
            json!({"name": "タブレット2", "kind": "tablet", "counter": "99"}),
            "counters",
        ),
        (
            json!({"name": "盤", "kind": "board", "counter": "1"}),
            "tablet",
        ),
        (
            json!({"name": "タブレット2", "kind": "tablet", "counter": counter.counter}),
            "has a tablet",
        ),
    ] {
        let answer = lead.post("/api/devices").json(&body).send().await.unwrap();
        let problem: wire::Problem = answer.json().await.unwrap();
        assert!(problem.detail.unwrap().contains(says), "{body}");
    }
    counter.hub.stop().await;
}
