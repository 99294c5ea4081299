//! Prepared visits on paper: each one's plan, then its forms. A whole evening's in one file.

use std::sync::Arc;

use forms::text_in;
use office::Office;
use paper::{CaseCode, Document, PlanLine, PlanSheet, Sheets, Signature, Template};
use sha2::{Digest as _, Sha256};
use wire::{
    Code,
    case::{LineCertainty, LineKind, LineState, LineView, PlanView},
};

use super::{Digest, JustSet, Sheet, Wanted, drawn, in_turn, name_of, refused, typesetter};
use crate::{
    case::{self, Opened, Reader},
    desk::Desk,
    owner::Visit,
    prepared::day_of,
    problem::Refused,
};

/// A visit on its way to paper.
pub(crate) struct VisitToPrint {
    /// The visit with its case.
    pub(crate) visit: Visit,
    /// What names it on paper.
    pub(crate) code: CaseCode,
    /// Who prints it.
    pub(crate) reader: Reader,
}

/// Typesets visits, one after the other; between two of them others have their turn.
pub(crate) async fn typeset_visits(
    desk: &Arc<Desk>,
    visits: Vec<VisitToPrint>,
) -> Result<Vec<u8>, Refused> {
    let mut sheets = Vec::new();
    for visit in visits {
        sheets.extend(in_turn(desk, move |here| one(here, &visit)).await?);
    }
    let nothing = || Refused::with(Code::NotFound, "nothing is prepared");
    let bound = tokio::task::spawn_blocking(move || {
        let bound = Sheets::together(sheets).ok_or_else(nothing)?;
        let pdf = bound.pdf();
        pdf.map_err(|error| Refused::internal("drawing a paper", &error))
    });
    bound
        .await
        .map_err(|error| Refused::internal("drawing a paper", &error))?
}

/// One page of a visit's papers, to look at. What was set for one page is there for the next.
pub(crate) async fn visit_page(
    desk: &Arc<Desk>,
    to_print: VisitToPrint,
    page: usize,
) -> Result<Sheet, Refused> {
    let work = move |here: &Desk| {
        let of = digest_of(here, &to_print)?;
        let wanted = Wanted::Png { page };
        if let Some(sheets) = here.just_set(&of) {
            return drawn(&sheets, wanted).map(|sheet| (of, sheet, None));
        }
        let nothing = || Refused::with(Code::NotFound, "nothing is prepared");
        let sheets = Arc::new(Sheets::together(one(here, &to_print)?).ok_or_else(nothing)?);
        Ok((of, drawn(&sheets, wanted)?, Some(sheets)))
    };
    let (of, sheet, sheets) = in_turn(desk, work).await?;
    if let Some(sheets) = sheets {
        desk.keep_for_a_moment(JustSet { of, sheets });
    }
    Ok(sheet)
}

/// Of a visit as it is, and of what of it whoever asks may read.
fn digest_of(desk: &Desk, to_print: &VisitToPrint) -> Result<Digest, Refused> {
    let visit = &to_print.visit;
    let gone = || Refused::from(Code::CaseGone);
    let plaintext = visit.case.as_ref().ok_or_else(gone)?;
    let today = desk.office.rules.day(desk.clock.now()).date();
    let opened = case::open(&desk.office, plaintext, day_of(visit, today))?;
    let veil = opened.veil(&desk.office, &to_print.reader);
    let papers = opened.papers();
    let read: Vec<u8> = papers
        .map(|(_, application)| u8::from(veil.shows_all_of(application)))
        .collect();
    // With its plan in front a visit is another paper than the same case on a ticket.
    Ok(Sha256::new_with_prefix(b"visit")
        .chain_update(plaintext)
        .chain_update(read)
        .chain_update(veil.digest())
        .chain_update(to_print.code.as_str())
        .chain_update(visit.number.as_deref().unwrap_or_default())
        .finalize()
        .into())
}

fn one(desk: &Desk, to_print: &VisitToPrint) -> Result<Vec<Sheets>, Refused> {
    let visit = &to_print.visit;
    let gone = || Refused::from(Code::CaseGone);
    let plaintext = visit.case.as_ref().ok_or_else(gone)?;
    let today = desk.office.rules.day(desk.clock.now()).date();
    let opened = case::open(&desk.office, plaintext, day_of(visit, today))?;
    let veil = opened.veil(&desk.office, &to_print.reader);
    let typesetter = typesetter(desk)?;
    let mut sheets = Vec::new();
    let view = opened.view(&desk.office, &to_print.reader);
    if let Some(plan) = view.plan {
        let sheet = plan_sheet(desk, to_print, &opened, &plan);
        let set = typesetter.typeset_plan(&sheet);
        sheets.push(set.map_err(|error| refused(&error))?);
    }
    // Half a form would be signed as a whole one: what whoever prints may not read all of is printed elsewhere.
    let forms: Vec<_> = opened
        .papers()
        .filter(|(_, application)| veil.shows_all_of(application))
        .collect();
    let names: Vec<String> = forms
        .iter()
        .map(|(form, _)| name_of(&form.template))
        .collect();
    let zone = desk.office.zone;
    // A form that was signed at the counter meanwhile is printed as it was signed.
    let signatures: Vec<Option<Signature<'_>>> = (forms.iter())
        .map(|(form, _)| opened.drawn_signature(form.procedure.id(), zone))
        .collect();
    let packet: Vec<(Template<'_>, Document<'_>)> = forms
        .iter()
        .zip(&names)
        .zip(&signatures)
        .map(|(((form, application), name), signed)| {
            let template = Template {
                name,
                source: &form.template_source,
            };
            let document = Document {
                office: text_in(&desk.office.name, "ja"),
                application,
                date: opened.finished_on(desk.office.zone),
                ticket: visit.number.as_deref(),
                code: Some(&to_print.code),
                signed: signed.as_ref(),
            };
            (template, document)
        })
        .collect();
    if !packet.is_empty() {
        let set = typesetter.typeset_all(&packet);
        sheets.push(set.map_err(|error| refused(&error))?);
    }
    Ok(sheets)
}

fn plan_sheet<'a>(
    desk: &'a Desk,
    to_print: &'a VisitToPrint,
    opened: &Opened<'_>,
    plan: &'a PlanView,
) -> PlanSheet<'a> {
    let visit = &to_print.visit;
    let word = |key: &'static str| desk.office.word("ja", key);
    let mut facts = Vec::new();
    if let Some(booking) = &visit.booking {
        let zone = desk.office.zone;
        let (from, to) = (
            booking.start.with_timezone(&zone),
            booking.end.with_timezone(&zone),
        );
        let slot = format!("{}〜{}", from.format("%H:%M"), to.format("%H:%M"));
        facts.push((word("paper.plan.slot"), slot));
        facts.push((word("paper.plan.booking"), booking.number.to_string()));
    }
    let summary = opened.summary(&desk.office);
    if let Some(application) = &summary.application {
        facts.push((word("paper.plan.application"), application.to_string()));
    }
    if let Some(number) = &visit.number {
        facts.push((word("paper.plan.ticket"), number.clone()));
    }
    if !summary.person.is_empty() {
        facts.push((word("paper.plan.person"), summary.person.to_string()));
    }
    PlanSheet {
        office: text_in(&desk.office.name, "ja"),
        title: text_in(&plan.name, "ja"),
        date: opened.finished_on(desk.office.zone),
        facts,
        code: Some(&to_print.code),
        progress: (summary.progress.prepared, summary.progress.lines),
        lines: plan.lines.iter().map(|it| line(&desk.office, it)).collect(),
    }
}

fn line(office: &Office, line: &LineView) -> PlanLine {
    let word = |key: &'static str| office.word("ja", key).to_owned();
    let ja = |text: &wire::Text| text_in(text, "ja").to_owned();
    let prepared = line.prepared.as_ref();
    let (mark, by) = match line.state {
        LineState::Done => (word("paper.plan.done"), line.by.clone()),
        LineState::NotNeeded => (word("paper.plan.not_needed"), line.by.clone()),
        LineState::Later => (word("paper.plan.later"), line.by.clone()),
        LineState::Open => match prepared {
            Some(prepared) => (word("paper.plan.prepared"), Some(prepared.by.clone())),
            None => (String::new(), None),
        },
    };
    let place = line.place.as_ref().map(&ja);
    let at = [Some(ja(&line.department)), place].into_iter().flatten();
    let until = [line.last_day.clone(), line.deadline.as_ref().map(&ja)];
    let until = until.into_iter().flatten();
    PlanLine {
        mark: match line.kind {
            LineKind::Procedure => mark,
            LineKind::Guidance => word("paper.plan.guidance"),
            LineKind::Automatic => word("paper.plan.automatic"),
        },
        by: by.unwrap_or_default(),
        name: case::line_on_paper(line),
        to_confirm: line.certainty == LineCertainty::ToConfirm,
        at: at.collect::<Vec<_>>().join(" "),
        bring: line.bring.iter().map(&ja).collect(),
        until: until.collect::<Vec<_>>().join(" "),
        note: line
            .note
            .as_ref()
            .or(line.later.as_ref())
            .map(&ja)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_line_that_is_hidden_is_told_by_its_department() {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
        let office = Office::load(&config).unwrap();
        let told = |hidden: bool| {
            let name = if hidden {
                ""
            } else {
                "障害者手帳の返却"
            };
            let view = serde_json::from_value(serde_json::json!({
                "rule": "#12", "name": { "ja": name }, "kind": "procedure",
                "department": { "ja": "障がい福祉課" }, "certainty": "due", "overdue": false,
                "bring": [], "forms": [], "state": "open", "hidden": hidden,
            }));
            line(&office, &view.unwrap()).name
        };
        assert_eq!(told(true), "障がい福祉課の手続き");
        assert_eq!(told(false), "障害者手帳の返却");
    }
}
