//! The slip in words: what the office's texts and the issued ticket make of it.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use slip::{Code, Fact, Slip, Stop, Words};
use wire::{Text, office::Bracket};

use super::{Setup, visit::Number};

/// The same number once more. How many wait and how long was true when the first paper was printed, and the time
/// on this one is the first one's: so neither stands here.
pub(super) fn reissued(setup: &Setup, language: &str, ticket: &Number) -> Slip {
    Slip {
        reissued: Some(Words::both(
            setup.word("ja", "slip.reissued"),
            setup.word(language, "slip.reissued"),
        )),
        ahead: None,
        wait: None,
        ..slip(setup, language, ticket)
    }
}

/// The office's copy: in Japanese, and without the phone's code, which is the citizen's.
pub(super) fn copy(setup: &Setup, ticket: &Number) -> Slip {
    Slip {
        copy: Some(Words::ja(setup.word("ja", "slip.copy"))),
        code: None,
        note: None,
        message: None,
        large: false,
        ..slip(setup, "ja", ticket)
    }
}

/// Composes the slip of a ticket for a citizen who reads `language`. What nobody could know, because the
/// hub was away, does not stand there.
pub(super) fn slip(setup: &Setup, language: &str, ticket: &Number) -> Slip {
    let word = |key: &str| Words::both(setup.word("ja", key), setup.word(language, key));
    let fact = |key: &str, value: Words| Fact {
        label: word(key),
        value,
    };
    let both = |of: &dyn Fn(&str) -> String| Words::both(of("ja"), of(language));
    let people = |count: u32| {
        both(&|language| {
            let text = setup.word(language, "slip.people");
            text.replace("{count}", &count.to_string())
        })
    };
    let minutes = |bracket: Bracket| both(&|language| wait(setup, language, bracket));
    let names = |then: &[Text]| {
        both(&|language| {
            let names: Vec<&str> = then.iter().map(|it| text(it, language)).collect();
            names.join(" → ")
        })
    };
    let booked_for = ticket.booked_for.and_then(DateTime::from_timestamp_millis);
    Slip {
        office: text(&setup.office, "ja").to_owned(),
        section: None,
        service: words(&ticket.service, language),
        number_label: word("slip.number"),
        number: ticket.number.clone(),
        booked: booked_for.map(|at| {
            let at = at.with_timezone(&setup.zone);
            fact("slip.booked", Words::ja(at.format("%-H:%M").to_string()))
        }),
        reissued: None,
        copy: None,
        large: setup.slips.large,
        ahead: ticket.ahead.map(|it| fact("slip.ahead", people(it))),
        wait: ticket.wait.map(|it| fact("slip.wait", minutes(it))),
        area: (ticket.area.as_ref()).map(|area| fact("slip.area", words(area, language))),
        then: (!ticket.then.is_empty()).then(|| fact("slip.then", names(&ticket.then))),
        stops_label: word("slip.stops"),
        stops: (ticket.then_ids.iter())
            .map(|service| stop(setup, language, service, ticket.bring.get(service)))
            .collect(),
        issued: DateTime::from_timestamp_millis(ticket.issued_at)
            .map(|at| date_and_time(at, setup.zone))
            .unwrap_or_default(),
        message: (setup.slips.message.as_ref()).map(|message| words(message, language)),
        code: ticket.url.as_ref().map(|url| Code {
            url: url.clone(),
            caption: word("slip.code"),
        }),
        note: Some(word("slip.note")),
    }
}

/// A counter on the way after the first one: what is done there, where, and what to bring: what the visitor's plan says,
/// else what the office says to everybody.
fn stop(setup: &Setup, language: &str, id: &str, planned: Option<&Text>) -> Stop {
    let service = setup.services.get(id);
    let counters = service.map_or(&[][..], |it| &it.counters);
    let at = |language: &str| {
        let names: Vec<&str> = counters.iter().map(|it| text(it, language)).collect();
        names.join("・")
    };
    let place = (!counters.is_empty()).then(|| Words::both(at("ja"), at(language)));
    let area = service.and_then(|it| it.area.as_ref());
    let bring = planned.or_else(|| service.and_then(|it| it.bring.as_ref()));
    Stop {
        service: words(&setup.service_name(id), language),
        place: place.or_else(|| area.map(|area| words(area, language))),
        bring: bring.map(|bring| Fact {
            label: Words::both(
                setup.word("ja", "slip.bring"),
                setup.word(language, "slip.bring"),
            ),
            value: words(bring, language),
        }),
    }
}

/// 「およそ10〜20分」; where both ends are the same, 「およそ10分」.
fn wait(setup: &Setup, language: &str, bracket: Bracket) -> String {
    let key = match bracket {
        Bracket { to_min: 0..=5, .. } => "slip.wait_soon",
        Bracket { from_min, to_min } if from_min == to_min => "slip.wait_about",
        Bracket { .. } => "slip.wait_minutes",
    };
    setup
        .word(language, key)
        .replace("{from}", &bracket.from_min.to_string())
        .replace("{to}", &bracket.to_min.to_string())
}

/// The rows of the QR for the screen, `1` for dark; `None` where the address is too long for any.
pub(super) fn qr(url: &str) -> Option<Vec<String>> {
    let code = qrcode::QrCode::new(url).ok()?;
    let dark = |colour: &qrcode::Color| match colour {
        qrcode::Color::Dark => '1',
        qrcode::Color::Light => '0',
    };
    let colours = code.to_colors();
    let rows = colours.chunks(code.width());
    Some(rows.map(|row| row.iter().map(dark).collect()).collect())
}

fn words(text_of: &Text, language: &str) -> Words {
    Words::both(text(text_of, "ja"), text(text_of, language))
}

fn text<'a>(text: &'a Text, language: &str) -> &'a str {
    forms::text_in(text, language)
}

/// 2026年11月24日(火) 9:41. The digits are read in every language, and the paper is shown at the counter.
fn date_and_time(at: DateTime<Utc>, zone: Tz) -> String {
    let at = at.with_timezone(&zone);
    let days = ["月", "火", "水", "木", "金", "土", "日"];
    let weekday = at.weekday().num_days_from_monday();
    let weekday = usize::try_from(weekday)
        .ok()
        .and_then(|index| days.get(index));
    format!(
        "{}({}) {}",
        at.format("%Y年%-m月%-d日"),
        weekday.copied().unwrap_or_default(),
        at.format("%-H:%M")
    )
}
