//! Answers that nobody gave, to see a form filled in.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use forms::{Application, CardItems, Field, Keyboard, Kind, Procedure, Sex};

/// A circle of questions would be a mistake that was told already.
const QUESTIONS_MAX: usize = 300;
const NAME: &str = "福山　太郎";
const ADDRESS: &str = "広島県福山市東桜町３番５号";
const LONG_NAME: &str = "福山　ばら子マリア・アントワネット";
const LONG_ADDRESS: &str = "広島県福山市神辺町大字川北１１５１番地の１　ネオハイツ神辺ステーションフロント弐番館１２０５号室";

/// How the form is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The first answer of every choice, with a card.
    First,
    /// The last answer of every choice and long texts, typed.
    Last,
    /// For the pen.
    Empty,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::First, Self::Last, Self::Empty];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::First => "記入例1(最初の選択肢・カード)",
            Self::Last => "記入例2(最後の選択肢・長い文字)",
            Self::Empty => "空欄",
        }
    }
}

/// The form answered in one way, and how many questions were asked.
pub(super) fn filled(
    procedure: &Arc<Procedure>,
    today: NaiveDate,
    way: Way,
) -> (Application, usize) {
    let mut application = Application::new(Arc::clone(procedure), today);
    if way == Way::Empty {
        return (application, 0);
    }
    if way == Way::First {
        application.prefill(&CardItems {
            name: Some(NAME),
            address: Some(ADDRESS),
            birth: NaiveDate::from_ymd_opt(1980, 2, 17),
            sex: Some(Sex::Female),
        });
    }
    let mut asked = 0;
    while let Some(field) = application.next_question()
        && asked < QUESTIONS_MAX
    {
        let field = field.clone();
        asked += 1;
        let answers = answers(&field, today, way);
        if !(answers.iter()).any(|it| application.answer(&field.id, it).is_ok()) {
            // Nothing that we know fits: the rest of the form stays for the pen.
            break;
        }
    }
    (application, asked)
}

/// What is tried, one after the other.
fn answers(field: &Field, today: NaiveDate, way: Way) -> Vec<String> {
    let long = way == Way::Last;
    let either = |short: &str, other: &str| vec![if long { other } else { short }.to_owned()];
    let offered = field.kind.options().iter();
    let offered = offered.filter(|it| it.is_offered_on(today));
    let mut ids = offered.map(|it| it.id.clone());
    let mut tried = match &field.kind {
        Kind::Choice { .. } if long => ids.next_back().into_iter().collect(),
        Kind::Choice { .. } => ids.next().into_iter().collect(),
        Kind::Choices { .. } if long => vec![ids.collect::<Vec<_>>().join(",")],
        Kind::Choices { .. } => ids.next().into_iter().collect(),
        Kind::Number { min, max, .. } => vec![if long { max } else { min }.to_string()],
        Kind::Text {
            min_chars,
            max_chars,
            keyboard,
        } => {
            let (letters, most) = match keyboard {
                Keyboard::Ja => ("記入例", 40),
                Keyboard::Kana => ("フクヤマタロウ", 14),
                Keyboard::Latin => ("FUKUYAMA", 16),
                Keyboard::Digits => ("1234567890", 10),
            };
            let wanted = if long { most } else { 6 };
            let chars = u32::clamp(wanted, *min_chars, (*max_chars).max(*min_chars));
            let letters = letters.chars().cycle();
            vec![letters.take(usize::try_from(chars).unwrap_or(1)).collect()]
        }
        Kind::PersonName => either(NAME, LONG_NAME),
        Kind::Address => either(ADDRESS, LONG_ADDRESS),
        Kind::Date { .. } => [0, 3, -3, 30, 400, 16_000]
            .into_iter()
            .filter_map(|days| today.checked_sub_signed(TimeDelta::days(days)))
            .map(|day| day.to_string())
            .collect(),
        Kind::Phone => either("0849281058", "09012345678"),
        Kind::Postal => vec!["7208501".to_owned()],
    };
    tried.extend(field.default.clone());
    if !field.required {
        tried.push(String::new());
    }
    tried
}
