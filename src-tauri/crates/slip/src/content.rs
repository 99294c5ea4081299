//! What stands on the paper, in words only.

/// A phrase on the slip: Japanese always, and the citizen's language beside it where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// The same in the citizen's language; `None` where that is Japanese.
    pub other: Option<String>,
}

impl Words {
    /// Japanese alone.
    pub fn ja(text: impl Into<String>) -> Words {
        Words {
            ja: text.into(),
            other: None,
        }
    }

    /// Japanese with the citizen's language beside it.
    /// A second text equal to the first would only cost paper and is dropped.
    pub fn both(ja: impl Into<String>, other: impl Into<String>) -> Words {
        let (ja, other) = (ja.into(), other.into());
        let other = (other != ja && !other.trim().is_empty()).then_some(other);
        Words { ja, other }
    }
}

/// One labelled line: 「お待ちの人数 7人」.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    /// What the value is.
    pub label: Words,
    /// The value.
    pub value: Words,
}

/// The two-dimensional code, drawn inside the raster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    /// An opaque address: a random token, never anything of a person.
    pub url: String,
    /// What it is good for.
    pub caption: Words,
}

/// A counter on the way after the first one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stop {
    /// What is done there: 「国民健康保険」.
    pub service: Words,
    /// Where it is: 「4番窓口」.
    pub place: Option<Words>,
    /// What to bring there: 「持ち物」 and 「保険証」.
    pub bring: Option<Fact>,
}

/// One slip (番号札), already in words: labels, dates and numbers were put into the citizen's
/// language by whoever composed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slip {
    /// 「さくら市役所」.
    pub office: String,
    /// 「市民課」.
    pub section: Option<String>,
    /// The service's name.
    pub service: Words,
    /// What the number is: 「受付番号」.
    pub number_label: Words,
    /// `A-001`. Never wrapped; shrunk where the paper is too narrow.
    pub number: String,
    /// The booked slot; its label is shown as the mark 予約.
    pub booked: Option<Fact>,
    /// 再発行: this number stands on an earlier paper too.
    pub reissued: Option<Words>,
    /// The mark of a copy that is not the citizen's: 「総合案内控え」. It chooses the copy's template.
    pub copy: Option<Words>,
    /// The citizen reads large print. It chooses the large template.
    pub large: bool,
    /// People ahead when the number was taken.
    pub ahead: Option<Fact>,
    /// How long it will take until the call: 「およそ10〜20分」.
    pub wait: Option<Fact>,
    /// Where to wait or which counter calls.
    pub area: Option<Fact>,
    /// Where the same number goes on after that, in one line: 「保険・年金」.
    /// [`Slip::stops`] says the same with counters and what to bring.
    pub then: Option<Fact>,
    /// What stands over the stops: 「このあとの窓口」.
    pub stops_label: Words,
    /// The counters after the first one, in order.
    pub stops: Vec<Stop>,
    /// Date, weekday and time of issue: 「2026年11月22日（日）14時55分」.
    pub issued: String,
    /// What the office tells everybody: 「12月29日から1月3日までお休みします」.
    pub message: Option<Words>,
    /// Where the state of the queue can be looked up.
    pub code: Option<Code>,
    /// One sentence at the foot.
    pub note: Option<Words>,
}

impl Slip {
    /// Everything that is set on the paper, one after the other.
    pub fn all_words(&self) -> String {
        let mut words: Vec<&Words> = vec![&self.service, &self.number_label, &self.stops_label];
        let facts = [
            &self.booked,
            &self.ahead,
            &self.wait,
            &self.area,
            &self.then,
        ];
        for fact in facts.into_iter().flatten() {
            words.extend([&fact.label, &fact.value]);
        }
        for stop in &self.stops {
            words.push(&stop.service);
            words.extend(&stop.place);
            if let Some(fact) = &stop.bring {
                words.extend([&fact.label, &fact.value]);
            }
        }
        words.extend(&self.reissued);
        words.extend(&self.copy);
        words.extend(&self.message);
        words.extend(&self.note);
        words.extend(self.code.as_ref().map(|code| &code.caption));
        let mut all = [&self.office, &self.number, &self.issued]
            .map(String::as_str)
            .concat();
        all.extend(self.section.iter().map(String::as_str));
        for words in words {
            all.push_str(&words.ja);
            all.extend(words.other.iter().map(String::as_str));
        }
        all
    }
}
