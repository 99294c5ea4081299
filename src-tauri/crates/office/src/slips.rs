//! What an office's slips will look like, and what of its own words they cannot show.

use std::{collections::BTreeMap, fs, ops::Range, path::Path};

use forms::{Text, life_event::RuleKind, text_in};
use queue::ServiceId;
use slip::{
    Code, Departure, Fact, FontError, Fonts, JobId, RenderError, Slip, Stop, TextWay, Words, render,
};
use toml::de::{DeTable, DeValue};

use crate::{LeadsTo, LifeEventForm, Mistake, Office, source::Source};

const LIFE_EVENTS: &str = "life-events/";
/// A name on a slip: two lines of large letters.
const NAME_CHARS_MAX: usize = 80;
/// Stops of a life event's plan on the slip that is checked.
const STOPS_OF_PLAN_SHOWN: usize = 2;
/// A sentence on a slip.
const SENTENCE_CHARS_MAX: usize = 200;

/// Every layout, logo and printer's file that is broken, every word of the office that its slips cannot show, also in
/// the plans of life events, every layout that they do not fit, and what the office's printer takes as text and cannot
/// print as text.
///
/// These are no mistakes that keep a kiosk from starting: it prints 〓 for a character that no
/// font has, and a plainer slip where the words are too long. But somebody should know before.
#[must_use]
pub fn check_slips(dir: &Path, office: &Office) -> Vec<Mistake> {
    let mut fonts = match fonts(office) {
        Ok(fonts) => fonts,
        Err(mistake) => return vec![mistake],
    };
    let mut mistakes = office.slips.mistakes.clone();
    mistakes.extend(Office::printer_mistakes(dir));
    let mut files = vec!["office.toml".to_owned(), "services.toml".to_owned()];
    let life_events = office.life_events.iter();
    files.extend(life_events.map(|it| format!("{LIFE_EVENTS}{}.toml", it.event.questions().id())));
    files.extend(office.words.keys().map(|tag| format!("words/{tag}.toml")));
    let of_another = |tag: &str| {
        let mut languages = office.languages.iter();
        tag != "ja" && languages.any(|it| it.tag == tag)
    };
    for file in files {
        let read = Source::read(dir.join(&file)).and_then(|source| {
            let wrong = words_of_slips(&source, file.starts_with(LIFE_EVENTS))?
                .into_iter()
                .filter_map(|word| {
                    let message = complaint(word.kind, &word.text, &mut fonts);
                    // What other languages cannot say as text is told once each, of the whole slip.
                    let ja = !of_another(&word.last_key) && !of_another(&tag_of(&file));
                    let message = message.or_else(|| {
                        let refused = ja.then(|| refused_word(&word.text, office, &mut fonts));
                        refused.flatten()
                    })?;
                    Some(source.mistake(word.place, message))
                });
            let wrong: Vec<Mistake> = wrong.collect();
            Ok(wrong)
        });
        match read {
            Ok(wrong) => mistakes.extend(wrong),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    // A slip of words that are too long fits nothing; one mistake is enough.
    if mistakes.is_empty() {
        mistakes.extend(check_layouts(dir, office, &mut fonts));
    }
    mistakes
}

/// The fonts of slips, from `fonts/`, in the order of the files' names.
///
/// # Errors
/// The folder cannot be read, or a file in it is no font.
pub fn fonts(office: &Office) -> Result<Fonts, Mistake> {
    let about = |message: String| Mistake {
        file: office.fonts_dir.clone(),
        line: None,
        key: String::new(),
        message,
    };
    let unreadable = |error: std::io::Error| about(format!("the fonts cannot be read: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(&office.fonts_dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|it| it.to_str());
        if matches!(ending, Some("ttf" | "otf" | "ttc")) {
            files.push(path);
        }
    }
    files.sort();
    let faces: Result<Vec<Vec<u8>>, std::io::Error> = files.iter().map(fs::read).collect();
    Fonts::load(faces.map_err(unreadable)?).map_err(|error| match error {
        FontError::None => about("expected an OpenType font".to_owned()),
        FontError::Unreadable { place } => {
            let name = files.get(place.saturating_sub(1));
            let name = name.and_then(|it| it.file_name()).unwrap_or_default();
            about(format!("{} is no OpenType font", name.display()))
        }
    })
}

/// The longest slip that this office gives today, with everything on it that a slip can have, as
/// it would be on a day in November.
#[must_use]
pub fn sample_slip(office: &Office, language: &str) -> Slip {
    let both = |text: &Text| Words::both(text_in(text, "ja"), text_in(text, language));
    let word = |key: &str| Words::both(office.word("ja", key), office.word(language, key));
    let filled = |key: &str, places: &[(&str, &str)]| {
        let fill = |language: &str| {
            let text = office.word(language, key).to_owned();
            places.iter().fold(text, |text, (place, value)| {
                text.replace(&format!("{{{place}}}"), value)
            })
        };
        Words::both(fill("ja"), fill(language))
    };
    let fact = |key: &str, value: Words| Fact {
        label: word(key),
        value,
    };
    let way = longest_way(office);
    let name = |id: &ServiceId| {
        let service = office.service(id);
        service.map_or(Words::ja(id.as_str()), |it| both(&it.name))
    };
    let first = way.first();
    let area = first.and_then(|id| office.service(id)?.area.as_ref().map(both));
    let stops = way.iter().skip(1).map(|id| Stop {
        service: name(id),
        place: counters(office, id)
            .map(|(ja, other)| Words::both(ja.join("・"), other(language).join("・"))),
        bring: office
            .service(id)
            .and_then(|it| it.bring.as_ref())
            .map(|bring| fact("slip.bring", both(bring))),
    });
    Slip {
        office: text_in(&office.name, "ja").to_owned(),
        service: first.map(name).unwrap_or_default(),
        number_label: word("slip.number"),
        number: first.map_or_else(|| "A-128".to_owned(), |id| number_of(office, id)),
        booked: Some(fact("slip.booked", Words::ja("10:30"))),
        ahead: Some(fact(
            "slip.ahead",
            filled("slip.people", &[("count", "12")]),
        )),
        wait: Some(fact(
            "slip.wait",
            filled("slip.wait_minutes", &[("from", "15"), ("to", "25")]),
        )),
        area: area.map(|area| fact("slip.area", area)),
        stops_label: word("slip.stops"),
        stops: stops.collect(),
        issued: "2026年11月24日(火) 10:15".to_owned(),
        message: office.slips.message.as_ref().map(both),
        code: Some(Code {
            url: format!(
                "{}/v/{}",
                office.hub.public_url,
                "0123456789abcdef".repeat(2)
            ),
            caption: word("slip.code"),
        }),
        note: Some(word("slip.note")),
        large: office.slips.large,
        ..Slip::default()
    }
}

/// Three figures, as wide as numbers are.
fn number_of(office: &Office, service: &ServiceId) -> String {
    match office.rules.service(service) {
        Some(rule) => {
            let ordinal = rule.first.saturating_add(127).min(rule.last);
            format!("{}-{ordinal:03}", rule.letter)
        }
        None => "A-128".to_owned(),
    }
}

type NamesIn<'a> = Box<dyn Fn(&str) -> Vec<&'a str> + 'a>;

/// The names of the counters that call a service: in Japanese, and in any language.
fn counters<'a>(office: &'a Office, service: &ServiceId) -> Option<(Vec<&'a str>, NamesIn<'a>)> {
    let calling = office
        .rules
        .counters
        .iter()
        .filter(|counter| counter.services.iter().any(|it| it.service == *service));
    let names: Vec<&Text> = calling
        .filter_map(|counter| office.counter(&counter.id).map(|it| &it.name))
        .collect();
    if names.is_empty() {
        return None;
    }
    let ja = names.iter().map(|name| text_in(name, "ja")).collect();
    let other = move |language: &str| {
        let names = names.iter();
        names.map(|name| text_in(name, language)).collect()
    };
    Some((ja, Box::new(other)))
}

/// The services of the tile that leads through most of them.
fn longest_way(office: &Office) -> Vec<ServiceId> {
    let ways = office
        .menu
        .iter()
        .filter_map(|entry| match &entry.leads_to {
            LeadsTo::Ticket { service, then } => {
                let way: Vec<ServiceId> = std::iter::once(service).chain(then).cloned().collect();
                Some(way)
            }
            LeadsTo::LifeEvent(id) => office.life_event(id).map(first_stops),
            LeadsTo::Procedures(_) | LeadsTo::Booking | LeadsTo::Phone | LeadsTo::Staff => None,
        });
    let longest = ways.max_by_key(Vec::len);
    longest.unwrap_or_else(|| {
        office
            .services
            .iter()
            .take(1)
            .map(|it| it.id.clone())
            .collect()
    })
}

/// The first stops of a life event. A plan may lead through more of them, and its slip is longer by as much; what
/// they look like is seen on these.
fn first_stops(of: &LifeEventForm) -> Vec<ServiceId> {
    let mut way: Vec<ServiceId> = Vec::new();
    let rules = of.event.rules().iter();
    let here = rules.filter(|it| it.kind == RuleKind::Procedure);
    for rule in here {
        let mut departments = of.event.departments().iter();
        let service = (departments.find(|it| it.id == rule.at)).and_then(|it| it.service.as_ref());
        if let Some(service) = service.and_then(|it| it.parse::<ServiceId>().ok())
            && !way.contains(&service)
        {
            way.push(service);
        }
    }
    way.truncate(STOPS_OF_PLAN_SHOWN);
    way
}

/// What a text on a slip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Sentence,
}

/// A text on a slip, where it stands, and the last key on the way there, which may be a language.
struct Word {
    kind: Kind,
    last_key: String,
    text: String,
    place: Range<usize>,
}

/// The language of `words/en.toml`; nothing of another file.
fn tag_of(file: &str) -> String {
    let tag = file.strip_prefix("words/");
    let tag = tag.and_then(|it| it.strip_suffix(".toml"));
    tag.unwrap_or_default().to_owned()
}

/// What is wrong with a text for a slip; `None` where nothing is.
fn complaint(kind: Kind, text: &str, fonts: &mut Fonts) -> Option<String> {
    let characters_max = match kind {
        Kind::Name => NAME_CHARS_MAX,
        Kind::Sentence => SENTENCE_CHARS_MAX,
    };
    let found = text.chars().count();
    if found > characters_max {
        return Some(format!(
            "has {found} characters; at most {characters_max} stand on a slip"
        ));
    }
    if text.chars().any(char::is_control) {
        return Some("has a control character; a slip leaves it out".to_owned());
    }
    let mut lacking = fonts.lacks(text);
    lacking.dedup();
    let first = lacking.first()?;
    let named: Vec<String> = lacking
        .iter()
        .take(5)
        .map(|it| format!("{it} (U+{:04X})", u32::from(*it)))
        .collect();
    let named = named.join(", ");
    let what = if is_right_to_left(*first) {
        "no font in fonts/ has these right-to-left letters"
    } else if is_emoji(*first) {
        "emoji have no black and white picture in fonts/"
    } else {
        "no font in fonts/ has these characters"
    };
    Some(format!("{what}; a slip shows 〓 instead: {named}"))
}

/// Hebrew, Arabic and their neighbours.
fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

fn is_emoji(character: char) -> bool {
    matches!(character, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}')
}

/// The texts of a file that stand on slips, with their places. Of a life event that is what its rules have people bring.
fn words_of_slips(source: &Source, of_life_event: bool) -> Result<Vec<Word>, Mistake> {
    let table = source.table()?;
    let mut all = Vec::new();
    walk(table.get_ref(), &mut Vec::new(), &mut all);
    let texts = all.into_iter().filter_map(|(path, text, place)| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let kind = match path.as_slice() {
            ["rule", "bring"] | ["rule", "bring", _] if of_life_event => Kind::Name,
            _ if of_life_event => return None,
            ["name"] | ["name", _] => Kind::Name,
            ["service", "name" | "area" | "bring"] => Kind::Name,
            ["service", "name" | "area" | "bring", _] => Kind::Name,
            ["counter", "name"] | ["counter", "name", _] => Kind::Name,
            ["slip", "template" | "large_template" | "copy_template"] => return None,
            ["slip", ..] => Kind::Sentence,
            _ => return None,
        };
        Some(Word {
            kind,
            last_key: path.last().copied().unwrap_or_default().to_owned(),
            text,
            place,
        })
    });
    Ok(texts.collect())
}

/// A key's path without the places in lists, its text, and where that stands.
type Placed = (Vec<String>, String, Range<usize>);

fn walk(table: &DeTable<'_>, path: &mut Vec<String>, all: &mut Vec<Placed>) {
    for (name, value) in table {
        path.push(name.get_ref().to_string());
        walk_value(value.get_ref(), value.span(), path, all);
        path.pop();
    }
}

fn walk_value(
    value: &DeValue<'_>,
    place: Range<usize>,
    path: &mut Vec<String>,
    all: &mut Vec<Placed>,
) {
    match value {
        DeValue::Table(table) => walk(table, path, all),
        DeValue::Array(items) => {
            for item in items {
                walk_value(item.get_ref(), item.span(), path, all);
            }
        }
        DeValue::String(text) => all.push((path.clone(), text.to_string(), place)),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// Draws the longest slip in every language and template of the office.
fn check_layouts(dir: &Path, office: &Office, fonts: &mut Fonts) -> Vec<Mistake> {
    let templates = &office.slips.templates;
    let used: BTreeMap<&str, &slip::Template> = [
        Some(("template", &templates.standard)),
        templates.large.as_ref().map(|it| ("large_template", it)),
        templates.copy.as_ref().map(|it| ("copy_template", it)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut mistakes = Vec::new();
    for (key, template) in used {
        for language in &office.languages {
            let slip = sample_slip(office, &language.tag);
            let drawn = render(&slip, template, &office.printer.profile, fonts);
            let (section, key, message) = match drawn {
                Err(error @ RenderError::CodeTooLong { .. }) => {
                    ("hub", "public_url", error.to_string())
                }
                Err(error @ RenderError::TooLong) => ("slip", key, error.to_string()),
                Ok(_) => match refused_as_text(&slip, template, office, fonts) {
                    Some(message) => ("printer", "profile", message),
                    None => continue,
                },
            };
            let message = format!("in {}: {message}", language.tag);
            let mistake = at(&dir.join("office.toml"), section, key, message);
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
            break;
        }
    }
    mistakes
}

/// Why a printer that takes text gets a slip with this word on it as dots; `None` where it does not.
fn refused_word(text: &str, office: &Office, fonts: &mut Fonts) -> Option<String> {
    if office.printer.profile.features().text != TextWay::Kanji {
        return None;
    }
    let slip = Slip {
        service: Words::ja(text),
        number: "A-128".to_owned(),
        ..Slip::default()
    };
    let template = slip::Template::plain();
    let refused = refused_as_text(&slip, &template, office, fonts)?;
    Some(format!("on a printer that takes text: {refused}"))
}

/// Why a printer that takes text gets this slip as dots; `None` where it does not, or is sent dots anyway.
fn refused_as_text(
    slip: &Slip,
    template: &slip::Template,
    office: &Office,
    fonts: &mut Fonts,
) -> Option<String> {
    let templates = slip::Templates {
        standard: template.clone(),
        large: None,
        copy: None,
    };
    let slip = Slip {
        large: false,
        ..slip.clone()
    };
    let id = JobId::from_counter(0);
    match slip::paper(&slip, &templates, &office.printer.profile, fonts, id) {
        Ok(paper) => {
            let mut departures = paper.departures.iter();
            let refused =
                departures.find(|it| matches!(it, Departure::AsDots(_) | Departure::NoRoomForText));
            refused.map(ToString::to_string)
        }
        Err(error) => Some(error.to_string()),
    }
}

/// A mistake at `[section] key`, or at the file where it is not written.
fn at(file: &Path, section: &str, key: &str, message: String) -> Mistake {
    let nowhere = |message| Mistake {
        file: file.to_owned(),
        line: None,
        key: format!("{section}.{key}"),
        message,
    };
    let Ok(source) = Source::read(file.to_owned()) else {
        return nowhere(message);
    };
    let mut all = Vec::new();
    if let Ok(table) = source.table() {
        walk(table.get_ref(), &mut Vec::new(), &mut all);
    }
    let found = all.into_iter().find(|(path, _, _)| *path == [section, key]);
    match found {
        Some((_, _, place)) => source.mistake(place, message),
        None => nowhere(message),
    }
}
