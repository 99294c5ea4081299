//! 持ち物の紙 in words: what a plan, the office's texts and its calendar make of it. No answer goes in, and no name.

use chrono::{Datelike, NaiveDate};
use forms::{
    Text,
    life_event::{Certainty, Department, LifeEvent, Line, Plan},
    text_in,
};
use queue::ServiceId;
use slip::{Checklist, Code, Errand, Fact, Group, Section, Words};

use crate::Office;

/// Japanese, and another language beside it where it differs.
pub type Phrase = Words;

/// What the composer asks for: a text of the office by language and key, and a service's name and place by its id.
pub struct ChecklistWords<'a> {
    /// The office's name.
    pub office: &'a Text,
    /// Whom to ask.
    pub telephone: Option<&'a str>,
    /// The language beside Japanese.
    pub language: &'a str,
    /// A text of the office.
    pub word: &'a dyn Fn(&str, &str) -> String,
    /// What is done at a service's counters, and where they are.
    pub service: &'a dyn Fn(&str) -> (Text, Option<Text>),
}

/// The checklist of a plan that was made on `day`; `url` is where a phone shows the same.
#[must_use]
pub fn checklist(
    words: &ChecklistWords<'_>,
    event: &LifeEvent,
    plan: &Plan<'_>,
    day: NaiveDate,
    url: Option<String>,
) -> Checklist {
    let (mut counters, mut later, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for stop in &plan.stops {
        let (put_off, today): (Vec<&Line<'_>>, Vec<&Line<'_>>) =
            stop.lines.iter().partition(|it| it.later.is_some());
        if !today.is_empty() {
            let (name, place) = (words.service)(stop.service);
            counters.push(Group {
                ordinal: u32::try_from(counters.len() + 1).ok(),
                name: words.both(&name),
                place: place.map(|it| words.both(&it)),
                errands: today.into_iter().map(|it| words.errand(it)).collect(),
            });
        }
        put_off.into_iter().for_each(|it| words.add(&mut later, it));
    }
    for line in &plan.elsewhere {
        let to = if line.later.is_some() {
            &mut later
        } else {
            &mut elsewhere
        };
        words.add(to, line);
    }
    let section = |key: &str, groups| Section {
        heading: words.said(key),
        groups,
    };
    Checklist {
        office: text_in(words.office, "ja").to_owned(),
        title: words.both(event.questions().name()),
        kind: words.said("kind"),
        counters: section("today", counters),
        later: section("later", later),
        elsewhere: section("elsewhere", elsewhere),
        telephone: words.telephone.map(|telephone| Fact {
            label: words.said("telephone"),
            value: Words::ja(telephone),
        }),
        code: url.map(|url| Code {
            url,
            caption: words.said("code"),
        }),
        note: Some(words.said("note")),
        issued: date_in(day, "ja"),
        sheet: words.said("sheet"),
        more: words.said("more"),
    }
}

impl ChecklistWords<'_> {
    /// Departments at which there is something to do that is told nowhere but there.
    fn also_at(&self, list: &mut Checklist, departments: &[&Department]) {
        for department in departments {
            let errand = Errand {
                name: self.said("also"),
                marks: Vec::new(),
                facts: Vec::new(),
                bring: Vec::new(),
            };
            self.put(&mut list.elsewhere.groups, department, errand);
        }
    }

    fn both(&self, text: &Text) -> Words {
        Words::both(text_in(text, "ja"), text_in(text, self.language))
    }

    fn said(&self, key: &str) -> Words {
        self.filled(key, &[])
    }

    /// A text with days in its places.
    fn filled(&self, key: &str, places: &[(&str, NaiveDate)]) -> Words {
        let fill = |language: &str| {
            let text = (self.word)(language, &format!("slip.checklist.{key}"));
            places.iter().fold(text, |text, (place, day)| {
                text.replace(&format!("{{{place}}}"), &date_in(*day, language))
            })
        };
        Words::both(fill("ja"), fill(self.language))
    }

    /// Puts a line to its department, in the order in which these come.
    fn add(&self, groups: &mut Vec<Group>, line: &Line<'_>) {
        self.put(groups, line.department, self.errand(line));
    }

    fn put(&self, groups: &mut Vec<Group>, department: &Department, errand: Errand) {
        let name = self.both(&department.name);
        match groups.iter_mut().find(|it| it.name == name) {
            Some(group) => group.errands.push(errand),
            None => groups.push(Group {
                ordinal: None,
                name,
                place: department.place.as_ref().map(|it| self.both(it)),
                errands: vec![errand],
            }),
        }
    }

    fn errand(&self, line: &Line<'_>) -> Errand {
        let rule = line.rule;
        let mut marks = Vec::new();
        if line.certainty == Certainty::ToConfirm {
            marks.push(self.said("to_confirm"));
        }
        if line.overdue {
            marks.push(self.said("overdue"));
        }
        let within = rule.deadline.as_ref().map(|it| self.both(&it.words));
        let until = line.last_day.map(|it| self.filled("until", &[("day", it)]));
        let closed = (line.last_day.zip(line.open_by))
            .map(|(last, open)| self.filled("closed", &[("day", last), ("open", open)]));
        let note = rule.note.as_ref().map(|it| self.both(it));
        let facts = [line.later.map(|it| self.both(it)), both_of(within, until)];
        Errand {
            name: self.both(&rule.name),
            marks,
            facts: (facts.into_iter().flatten())
                .chain(closed)
                .chain(note)
                .map(theirs)
                .collect(),
            bring: rule.bring.iter().map(|it| self.both(it)).collect(),
        }
    }
}

/// What is read at home stands in one language: the paper is short enough only so. Names and what to bring stand in both,
/// because they are shown at the counter.
fn theirs(words: Words) -> Words {
    match words.other {
        Some(other) => Words {
            ja: String::new(),
            other: Some(other),
        },
        None => words,
    }
}

/// 14日以内・2026年12月8日(火)まで, in both languages.
fn both_of(within: Option<Words>, until: Option<Words>) -> Option<Words> {
    let (within, until) = match (within, until) {
        (Some(within), Some(until)) => (within, until),
        (one, None) | (None, one) => return one,
    };
    let in_other = |words: &Words| words.other.clone().unwrap_or_else(|| words.ja.clone());
    let other = format!("{}, {}", in_other(&within), in_other(&until));
    let ja = format!("{}・{}", within.ja, until.ja);
    Some(if within.other.is_none() && until.other.is_none() {
        Words::ja(ja)
    } else {
        Words::both(ja, other)
    })
}

/// A day with its weekday as people of this language read it; a day in figures where nobody said how.
#[must_use]
pub fn date_in(day: NaiveDate, language: &str) -> String {
    match language {
        "ja" | "zh" => {
            let weekdays = match language {
                "ja" => ["月", "火", "水", "木", "金", "土", "日"],
                _ => ["一", "二", "三", "四", "五", "六", "日"],
            };
            let weekday = usize::try_from(day.weekday().num_days_from_monday()).ok();
            let weekday = weekday.and_then(|it| weekdays.get(it)).unwrap_or(&"");
            format!("{}({weekday})", day.format("%Y年%-m月%-d日"))
        }
        "en" => day.format("%a %-d %b %Y").to_string(),
        _ => day.format("%Y-%m-%d").to_string(),
    }
}

impl Office {
    /// The checklist of a plan that was made on `day`, in Japanese and this language.
    #[must_use]
    pub fn checklist(
        &self,
        event: &LifeEvent,
        plan: &Plan<'_>,
        day: NaiveDate,
        language: &str,
        url: Option<String>,
    ) -> Checklist {
        self.with_words(language, |words| checklist(words, event, plan, day, url))
    }

    /// Adds the departments at which a family has something to do of which whoever prints the list may say no more.
    pub fn also_at(&self, list: &mut Checklist, departments: &[&Department], language: &str) {
        self.with_words(language, |words| words.also_at(list, departments));
    }

    fn with_words<T>(&self, language: &str, then: impl FnOnce(&ChecklistWords<'_>) -> T) -> T {
        let word = |language: &str, key: &str| self.word(language, key).to_owned();
        let service = |id: &str| {
            let found = id.parse::<ServiceId>().ok();
            let found = found.and_then(|it| self.service(&it).cloned());
            match found {
                Some(service) => (service.name, service.area),
                None => ([("ja".to_owned(), id.to_owned())].into(), None),
            }
        };
        then(&ChecklistWords {
            office: &self.name,
            telephone: self.telephone.as_deref(),
            language,
            word: &word,
            service: &service,
        })
    }

    /// The longest checklist of a life event: all of its rules at once, each to be confirmed, until two weeks later.
    #[must_use]
    pub fn longest_checklist(
        &self,
        event: &LifeEvent,
        day: NaiveDate,
        language: &str,
    ) -> Checklist {
        use forms::life_event::{Link, LinkLine};
        const DAYS: u64 = 14;
        let last = day.checked_add_days(chrono::Days::new(DAYS));
        let lines = event.rules().iter().map(|rule| LinkLine {
            rule: rule.id.clone(),
            certainty: Certainty::ToConfirm,
            later: rule.later.is_some(),
            last_day: last.filter(|_| rule.deadline.is_some()),
            open_by: None,
        });
        let link = Link {
            life_event: event.questions().id().to_owned(),
            day,
            lines: lines.collect(),
        };
        let url = self.plan_url(&link);
        self.checklist(event, &event.linked(&link, day), day, language, url)
    }

    /// Where a phone shows a plan; nothing where the city has no phone page on its website.
    #[must_use]
    pub fn plan_url(&self, link: &forms::life_event::Link) -> Option<String> {
        plan_url(self.hub.phone_page_url.as_deref()?, link)
    }
}

/// The phone page's address with a plan behind it, which no server is sent.
#[must_use]
pub fn plan_url(page: &str, link: &forms::life_event::Link) -> Option<String> {
    link.text().map(|text| format!("{page}#{text}"))
}
