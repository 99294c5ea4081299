//! The page that a city lays on its website: one file with the procedures, the texts and the public key in it.

use office::{Form, LeadsTo, Office};
use wire::{
    Language, Words,
    checklist::PhonePlan,
    prefill::{PhoneKey, PhonePage, PhoneProcedure},
};

use super::keys;
use crate::{problem::Refused, secret};

/// Tells one form from another.
pub(super) type Digest = [u8; 8];

/// Where the built page waits for its office.
const PLACE: &str = "<script type=\"application/json\" id=\"office\"></script>";
/// The texts of the page: its own, and those that it shares with the kiosk.
const FAMILIES: [&str; 4] = ["phone.", "parts.", "refusal.", "language."];

/// The digest of a procedure as the page asks it: of everything that the citizen read and everything that decides an answer.
pub(super) fn digest(procedure: &PhoneProcedure) -> Result<Digest, Refused> {
    debug_assert!(procedure.digest.is_empty(), "a digest is not of itself");
    let bytes = serde_json::to_vec(procedure)
        .map_err(|error| Refused::internal("writing a procedure", &error))?;
    let whole = secret::digest_of(&bytes);
    let (start, _) = whole.split_at(size_of::<Digest>());
    Digest::try_from(start).map_err(|error| Refused::internal("shortening a digest", &error))
}

/// Everything that the page knows.
pub(crate) fn page(office: &Office, key: PhoneKey) -> Result<PhonePage, Refused> {
    let procedures = as_offered(office).into_iter().map(|form| {
        let mut procedure = PhoneProcedure::of(&form.procedure);
        procedure.digest = keys::hex(&digest(&procedure)?);
        Ok(procedure)
    });
    Ok(PhonePage {
        office: office.name.clone(),
        zone: office.zone.name().to_owned(),
        valid_days: office.retention.phone_days,
        key,
        languages: office
            .languages
            .iter()
            .map(|language| Words {
                language: Language {
                    tag: language.tag.clone(),
                    name: language.name.clone(),
                },
                words: words(office, &language.tag),
            })
            .collect(),
        procedures: procedures.collect::<Result<_, Refused>>()?,
        plans: plans(office),
        telephone: office.telephone.clone(),
    })
}

/// The life events, so that the page can show what a kiosk's code names.
fn plans(office: &Office) -> Vec<PhonePlan> {
    let service = |id: &str| {
        let found = id.parse().ok().and_then(|it| office.service(&it));
        match found {
            Some(service) => (service.name.clone(), service.area.clone()),
            None => ([("ja".to_owned(), id.to_owned())].into(), None),
        }
    };
    let events = office.life_events.iter();
    events.map(|it| PhonePlan::of(&it.event, service)).collect()
}

/// First what the kiosk's tiles lead to, in their order; people come for these most.
fn as_offered(office: &Office) -> Vec<&Form> {
    let mut offered: Vec<&Form> = Vec::with_capacity(office.procedures.len());
    let tiles = office.menu.iter().filter_map(|it| match &it.leads_to {
        LeadsTo::Procedures(ids) => Some(ids),
        LeadsTo::Ticket { .. }
        | LeadsTo::LifeEvent(_)
        | LeadsTo::Booking
        | LeadsTo::Phone
        | LeadsTo::Staff => None,
    });
    let on_tiles = tiles.flatten().filter_map(|id| office.form(id));
    for form in on_tiles.chain(&office.procedures) {
        let known = |it: &&Form| it.procedure.id() == form.procedure.id();
        if !offered.iter().any(known) {
            offered.push(form);
        }
    }
    offered
}

fn words(office: &Office, tag: &str) -> std::collections::BTreeMap<String, String> {
    let all = office.words.get(tag).into_iter().flatten();
    all.filter(|(key, _)| FAMILIES.iter().any(|family| key.starts_with(family)))
        .map(|(key, text)| (key.clone(), text.clone()))
        .collect()
}

/// Puts an office into the built page; nothing where the file has no place for one.
pub(crate) fn fill_in(built: &str, page: &PhonePage) -> Option<String> {
    let (before, after) = built.split_once(PLACE)?;
    // Nothing in the data can end the element that it stands in.
    let data = serde_json::to_string(page).ok()?.replace('<', "\\u003c");
    let (open, close) = PLACE.split_once("</").unwrap_or((PLACE, ""));
    Some(format!("{before}{open}{data}</{close}{after}"))
}
