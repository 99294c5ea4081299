//! The sheet in front of a prepared visit's forms (個票): what is to be done where, with what, until when, and who has prepared it.

use chrono::NaiveDate;
use forms::wareki;
use typst::foundations::{Array, Datetime, Dict, IntoValue, Value};

use crate::{CaseCode, Sheets, Template, TypesetError, Typesetter};

/// A visit's plan. No `Debug`: it is a person's data.
pub struct PlanSheet<'a> {
    /// The office's name.
    pub office: &'a str,
    /// おくやみの手続き.
    pub title: &'a str,
    /// The day for which the visit is planned.
    pub date: NaiveDate,
    /// What stands on top, each as label and words: the slot, the booking's number.
    pub facts: Vec<(&'a str, String)>,
    /// What names the case to the office's consoles.
    pub code: Option<&'a CaseCode>,
    /// Lines that are prepared or settled, and lines in all.
    pub progress: (u32, u32),
    /// What is to be done, in the order of the plan.
    pub lines: Vec<PlanLine>,
}

/// One line of a plan, in words.
pub struct PlanLine {
    /// 準備済, 済, 不要, 後日; empty where nobody has said anything.
    pub mark: String,
    /// Who said so.
    pub by: String,
    /// 世帯主変更届.
    pub name: String,
    /// Somebody did not know: a clerk asks.
    pub to_confirm: bool,
    /// Who sees to it, and where.
    pub at: String,
    /// What the family brings.
    pub bring: Vec<String>,
    /// Until when.
    pub until: String,
    /// What the family should know.
    pub note: String,
}

impl PlanSheet<'_> {
    /// The sheet's own template; an office has no say in it.
    const TEMPLATE: Template<'static> = Template {
        name: "plan.typ",
        source: include_str!("plan.typ"),
    };

    fn inputs(&self) -> Dict {
        let mut inputs = Dict::new();
        let mut put = |key: &str, value: Value| inputs.insert(key.into(), value);
        put("office", self.office.into_value());
        put("title", self.title.into_value());
        put("date", wareki::in_words(self.date).into_value());
        let code = self.code.map_or(Value::None, CaseCode::value);
        put("code", code);
        let facts = self.facts.iter().map(|(label, words)| {
            let pair = [(*label).into_value(), words.as_str().into_value()];
            pair.into_iter().collect::<Array>().into_value()
        });
        put("facts", facts.collect::<Array>().into_value());
        let (prepared, lines) = self.progress;
        put("prepared", i64::from(prepared).into_value());
        put("count", i64::from(lines).into_value());
        let lines = self.lines.iter().map(PlanLine::value);
        put("lines", lines.collect::<Array>().into_value());
        inputs
    }
}

impl PlanLine {
    fn value(&self) -> Value {
        let mut line = Dict::new();
        for (key, words) in [
            ("mark", &self.mark),
            ("by", &self.by),
            ("name", &self.name),
            ("at", &self.at),
            ("until", &self.until),
            ("note", &self.note),
        ] {
            line.insert(key.into(), words.as_str().into_value());
        }
        line.insert("to-confirm".into(), self.to_confirm.into_value());
        let bring = self.bring.iter().map(|it| it.as_str().into_value());
        line.insert("bring".into(), bring.collect::<Array>().into_value());
        line.into_value()
    }
}

impl Typesetter {
    /// Sets a plan.
    ///
    /// # Errors
    /// When it is longer than a paper may be.
    pub fn typeset_plan(&self, plan: &PlanSheet<'_>) -> Result<Sheets, TypesetError> {
        let day = plan.datetime();
        self.set(&PlanSheet::TEMPLATE, plan.inputs(), day)
    }
}

impl PlanSheet<'_> {
    fn datetime(&self) -> Option<Datetime> {
        use chrono::Datelike as _;
        let month = u8::try_from(self.date.month()).ok()?;
        let day = u8::try_from(self.date.day()).ok()?;
        Datetime::from_ymd(self.date.year(), month, day)
    }
}
