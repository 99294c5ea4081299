//! 持ち物一覧: what a family brings, on A4 to take home.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{Extensions, HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use forms::text_in;
use paper::{ChecklistErrand, ChecklistGroup, ChecklistSection, ChecklistSheet, Said};
use serde::Deserialize;
use store::OpeningPurpose;
use wire::Code;

use crate::{case, desk::Desk, print, problem::Refused};

/// In which language beside Japanese.
#[derive(Deserialize)]
pub(super) struct Beside {
    lang: Option<String>,
}

/// `GET /api/tickets/{id}/checklist.pdf`: the plan of a case without its answers, in Japanese and another language.
pub(super) async fn pdf(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(query): Query<Beside>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let purpose = OpeningPurpose::Paper;
    let brought = desk.open_case(&id, &headers, &from, purpose).await?;
    let language = query.lang.unwrap_or_else(|| "ja".to_owned());
    if !desk.office.languages.iter().any(|it| it.tag == language) {
        return Err(Refused::with(
            Code::BadRequest,
            "the office does not have this language",
        ));
    }
    let work = move |here: &Desk| {
        let today = here.office.rules.day(here.clock.now()).date();
        let opened = case::open(&here.office, &brought.plaintext, today)?;
        let Some(home) = opened.taken_home(&here.office, &brought.reader) else {
            return Err(Refused::with(Code::NotFound, "the case has no plan"));
        };
        let url = here.office.plan_url(&home.link);
        let plan = home.event.linked(&home.link, today);
        let mut list = (here.office).checklist(home.event, &plan, today, &language, url);
        here.office.also_at(&mut list, &home.also_at, &language);
        let sections = [&list.counters, &list.later, &list.elsewhere].map(|section| {
            let groups = section.groups.iter().map(|group| {
                let errands = group.errands.iter().map(|errand| ChecklistErrand {
                    name: said(&errand.name),
                    marks: errand.marks.iter().map(|it| said(it)).collect(),
                    facts: errand.facts.iter().map(|it| said(it)).collect(),
                    bring: errand.bring.iter().map(|it| said(it)).collect(),
                });
                ChecklistGroup {
                    ordinal: group.ordinal,
                    name: said(&group.name),
                    place: group.place.as_ref().map(|it| said(it)),
                    errands: errands.collect(),
                }
            });
            ChecklistSection {
                heading: said(&section.heading),
                groups: groups.collect(),
            }
        });
        let sheet = ChecklistSheet {
            office: text_in(&here.office.name, "ja"),
            title: said(&list.title),
            kind: said(&list.kind),
            date: today,
            day: &list.issued,
            telephone: here.office.telephone.as_deref(),
            code: (list.code.as_ref()).map(|code| (code.url.as_str(), said(&code.caption))),
            note: list.note.as_ref().map(|it| said(it)),
            sections: sections.into(),
        };
        let sheets = print::typesetter(here)?
            .typeset_checklist(&sheet)
            .map_err(|error| Refused::internal("typesetting a checklist", &error))?;
        (sheets.pdf()).map_err(|error| Refused::internal("drawing a checklist", &error))
    };
    let pdf = print::in_turn(&desk, work).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"checklist.pdf\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, pdf).into_response())
}

fn said(words: &office::Phrase) -> Said<'_> {
    (&words.ja, words.other.as_deref())
}
