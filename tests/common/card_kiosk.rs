//! A kiosk's end of the card process: asks as a citizen would, and waits for what is said.

use std::path::PathBuf;
use std::time::Duration;

use card::PrintedDates;
use card::pin::Digit;
use card::session::{Entered, Genuineness, ReaderState, Reading, Report, Request, Way};
use devices::card::{CardPort, CardProcess, IssuerKey, Settings};
use sim::card::{Person, TEST_ISSUER_ID, test_issuer_modulus};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

/// Nothing takes longer; what does, hangs.
const STEP_MAX: Duration = Duration::from_secs(15);

/// A kiosk without screen.
pub struct Kiosk {
    port: CardPort,
    reports: Receiver<Report>,
    /// How the reader was seen last, also while something else was waited for.
    reader: Option<ReaderState>,
    /// What is waited for, for whoever reads that it did not come.
    waits_for: String,
}

/// A virtual reader, and the virtual cards' issuer known.
pub fn settings() -> Settings {
    Settings {
        readers: vec!["virtual pcd".into()],
        issuer_keys: vec![IssuerKey {
            issuer: TEST_ISSUER_ID,
            modulus: test_issuer_modulus(),
            exponent: 65_537,
        }],
        ..Settings::default()
    }
}

/// The same without issuers: nothing is checked, and no command is spent on it.
pub fn unchecked() -> Settings {
    Settings {
        issuer_keys: Vec::new(),
        ..settings()
    }
}

impl Kiosk {
    /// With this card process.
    pub fn with(program: PathBuf, settings: Settings) -> Self {
        let (sender, reports) = channel(16);
        Self {
            port: CardProcess::spawn(program, settings, sender),
            reports,
            reader: None,
            waits_for: String::new(),
        }
    }

    /// The next report.
    pub async fn report(&mut self) -> Report {
        let Ok(report) = timeout(STEP_MAX, self.reports.recv()).await else {
            panic!("nothing was said in time {}", self.waits_for)
        };
        let report = report.expect("a report");
        if let Report::Reader(state) = report {
            self.reader = Some(state);
        }
        report
    }

    /// Waits until the reader is seen like this, whatever it was before.
    pub async fn sees(&mut self, state: ReaderState) {
        self.waits_for = format!("while the reader was to be {state:?}");
        while self.reader != Some(state) {
            let report = self.report().await;
            assert!(
                matches!(report, Report::Reader(_)),
                "{} {}",
                described(&report),
                self.waits_for
            );
        }
    }

    /// The answer to a request; the reader's states in between are passed over.
    pub async fn ask(&mut self, request: Request) -> Report {
        self.waits_for = format!("to {}", request_in_words(&request));
        self.port.send(request);
        loop {
            let report = self.report().await;
            if !matches!(report, Report::Reader(_)) {
                return report;
            }
        }
    }

    /// Looks at what lies there.
    pub async fn look(&mut self, way: Way) -> String {
        described(&self.ask(Request::Look(way)).await)
    }

    /// Types digits, and says what they are.
    pub async fn enter(&mut self, digits: &str, entered: Entered) -> Report {
        self.type_digits(digits.bytes()).await;
        self.ask(Request::Enter(entered)).await
    }

    /// Types digits.
    pub async fn type_digits(&mut self, digits: impl Iterator<Item = u8>) {
        for (place, digit) in (1..).zip(digits) {
            let key = Request::Key(Digit::new(digit - b'0').expect("a digit"));
            let said = described(&self.ask(key).await);
            assert_eq!(said, format!("length {place}"));
        }
    }

    /// Types what opens the person's card on this way.
    pub async fn present(&mut self, way: Way, person: &Person) -> Report {
        match way {
            Way::Pin => self.enter(&person.pin, Entered::Pin).await,
            Way::NumberB => {
                let dates = Entered::NumberB(printed(person));
                self.enter(&person.security_code, dates).await
            }
        }
    }

    /// A whole visit, which must succeed.
    pub async fn reads(&mut self, way: Way, person: &Person) -> Box<Reading> {
        let looked = self.look(way).await;
        assert!(looked.starts_with("MyNumber, tries "), "{looked}");
        let report = self.present(way, person).await;
        let Report::Read(reading) = report else {
            panic!("not read: {}", described(&report))
        };
        assert!(is_of(&reading, person), "what was read is not the holder's");
        reading
    }
}

/// The dates in 照合番号B, as they stand on the person's card.
pub fn printed(person: &Person) -> PrintedDates {
    PrintedDates::from_ascii(&person.code_b().as_bytes()[..10]).expect("ten digits")
}

/// Whether a reading is this person's, whole and true.
pub fn is_of(reading: &Reading, person: &Person) -> bool {
    reading.name() == Some(person.name.as_str())
        && reading.address() == Some(person.address.as_str())
        && reading.birth().map(|birth| birth.digits()) == Some(person.birth.as_str())
        && reading.sex().map(|sex| char::from(sex.code())) == Some(person.sex)
}

/// A request in words, without digits.
fn request_in_words(request: &Request) -> &'static str {
    match request {
        Request::Look(_) => "a look",
        Request::Key(_) => "a key",
        Request::Erase => "the erase key",
        Request::Enter(_) => "what was entered",
        Request::Forget => "the visitor's leaving",
    }
}

/// A report in words. What was read is only said to be there.
pub fn described(report: &Report) -> String {
    let tries = |left: Option<u8>| left.map_or("uncounted".to_owned(), |left| left.to_string());
    match report {
        Report::Reader(state) => format!("reader {state:?}"),
        Report::Looked {
            document,
            tries_left,
            ..
        } => format!("{document:?}, tries {}", tries(*tries_left)),
        Report::Length(length) => format!("length {length}"),
        Report::Incomplete(length) => format!("incomplete {length}"),
        Report::Forgotten => "forgotten".to_owned(),
        Report::Wrong { tries_left } => format!("wrong {}", tries(*tries_left)),
        Report::Read(reading) => match reading.genuineness() {
            Genuineness::Genuine => "read, genuine".to_owned(),
            Genuineness::NotChecked => "read, not checked".to_owned(),
            Genuineness::Refused => "read, refused".to_owned(),
        },
        Report::Trouble(trouble) => format!("{trouble:?}"),
    }
}
