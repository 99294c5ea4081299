//! 持ち物一覧 of a case: what the family brings, without their answers.

use super::*;

fn press() -> Value {
    let answer =
        |field: &str, value: &str| json!({"field": field, "value": value, "provenance": "typed"});
    json!({
        "service": "moving",
        "language": "en",
        "case": { "forms": [], "plan": { "life_event": "moving", "answers": [
            answer("kind", "in"),
            answer("moved_on", "2026-11-20"),
        ] } },
    })
}

async fn issued_with(hub: &Running, press: &Value) -> TicketIssued {
    let request = hub.kiosk(Method::POST, "/api/tickets").json(press);
    understood(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_list_of_a_plan_is_one_pdf_in_a_language_of_the_office() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = issued_with(&hub, &press()).await;
    let path = |query: &str| format!("/api/tickets/{}/checklist.pdf{query}", ticket.ticket.id);
    let clerk = hub.login("suzuki").await;
    for query in ["", "?lang=en"] {
        let pdf = clerk.get(&path(query)).await;
        assert_eq!(pdf.status(), 200, "{query}");
        assert_eq!(pdf.headers()["content-type"], "application/pdf");
        assert_eq!(pdf.headers()["cache-control"], "no-store");
        let pdf = pdf.bytes().await.unwrap();
        if let Some(to) = std::env::var_os("SHOW_CHECKLISTS") {
            let name = format!("a4{}.pdf", query.replace("?lang=", "-"));
            std::fs::write(std::path::Path::new(&to).join(name), &pdf).unwrap();
        }
        let pages = lopdf::Document::load_mem(&pdf).unwrap().get_pages().len();
        assert!((1..=4).contains(&pages), "{pages}");
    }
    assert_eq!(
        refused(clerk.get(&path("?lang=tlh")).await).await,
        "bad_request"
    );
    let stranger = get(format!("{}{}", hub.base, path(""))).await;
    assert_eq!(refused(stranger).await, "not_logged_in");
    hub.stop().await;
}

#[tokio::test]
async fn a_case_without_a_plan_has_no_list() {
    let data = data();
    let hub = start(data.path()).await;
    let form = json!({ "procedure": "juminhyo", "answers": [], "unfinished": true });
    let press = json!({ "service": "certificates", "language": "ja", "case": { "forms": [form] } });
    let ticket = issued_with(&hub, &press).await;
    let clerk = hub.login("suzuki").await;
    let path = format!("/api/tickets/{}/checklist.pdf", ticket.ticket.id);
    assert_eq!(refused(clerk.get(&path).await).await, "not_found");
    hub.stop().await;
}

#[test]
fn the_list_names_the_places_of_what_this_counter_may_not_tell() {
    let office = office();
    let answer = |field: &str| json!({"field": field, "value": "yes", "provenance": "typed"});
    let case = json!({"revision": 1, "finished_at": 0, "forms": [], "plan": {
        "life_event": "bereavement",
        "answers": [
            {"field": "died_on", "value": "2026-11-10", "provenance": "typed"},
            answer("disability"),
        ],
    }});
    let today = "2026-11-24".parse().unwrap();
    let Ok(opened) = crate::case::open(&office, case.to_string().as_bytes(), today) else {
        panic!("the case cannot be opened");
    };
    let list = |owns: crate::case::Owns| {
        let reader = crate::case::Reader {
            owns,
            ..crate::case::Reader::default()
        };
        let home = opened.taken_home(&office, &reader).unwrap();
        let plan = home.event.linked(&home.link, today);
        let mut list = office.checklist(home.event, &plan, today, "en", None);
        office.also_at(&mut list, &home.also_at, "en");
        let groups = list.elsewhere.groups.iter().chain(&list.counters.groups);
        let groups = groups.chain(&list.later.groups).map(|group| {
            let errands = group.errands.iter().map(|it| it.name.ja.clone());
            (group.name.ja.clone(), errands.collect::<Vec<_>>())
        });
        groups.collect::<Vec<(String, Vec<String>)>>()
    };
    const ALSO: &str = "この窓口での手続きもあります。くわしくは窓口でおたずねください。";
    let told = list(crate::case::Owns::default());
    let of = |groups: &[(String, Vec<String>)], name: &str| -> Vec<String> {
        let same = groups.iter().filter(|(it, _)| it == name);
        same.flat_map(|(_, errands)| errands.clone()).collect()
    };
    assert_eq!(of(&told, "障がい福祉課"), [ALSO], "once, whatever it is");
    let own = list(crate::case::Owns::All);
    assert!(
        own.iter()
            .all(|(_, errands)| !errands.iter().any(|it| it == ALSO))
    );
    let named: Vec<String> = own.into_iter().flat_map(|(_, it)| it).collect();
    assert!(named.iter().any(|it| it.contains("手帳")), "{named:?}");
}
