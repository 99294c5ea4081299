//! The reservation service of demo and tests as a program.

use std::{fs, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Radicale, TownError};

/// The words that [`play`] takes.
pub const USAGE: &str =
    "uketsuke-sim town --tools DIR --data DIR [--port PORT] [--ready FILE] NUMBER...";

/// What citizens come for, as the reservation service calls it: category and summary.
const PURPOSES: [(&str, &str); 3] = [
    ("証明書", "住民票の写し"),
    ("住民異動", "転入届"),
    ("マイナンバーカード", "カードの受け取り"),
];

/// How long a slot is, in minutes.
const SLOT_MIN: i64 = 20;
/// Slots begin on these minutes.
const GRID_MIN: i64 = 10;

/// Starts the reservation service, writes a booking for each number, and stays until it is ended.
///
/// It prints the calendar's address when everything is in it, and then writes it to the file `--ready`.
///
/// # Errors
/// A sentence for whoever started it.
pub fn play(words: impl Iterator<Item = String>) -> Result<(), String> {
    let settings = Settings::read(words)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime
        .block_on(settings.run())
        .map_err(|error| error.to_string())
}

/// Where things are.
#[derive(Debug, PartialEq, Eq)]
struct Settings {
    tools: PathBuf,
    data: PathBuf,
    port: u16,
    ready: Option<PathBuf>,
    numbers: Vec<String>,
}

impl Settings {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut tools, mut data, mut ready) = (None, None, None);
        let mut port = 0;
        let mut numbers = Vec::new();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                numbers.push(word);
                continue;
            }
            let value = words
                .next()
                .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
            let mistaken = || format!("{word} {value:?} is not understood\n{USAGE}");
            match word.as_str() {
                "--tools" => tools = Some(PathBuf::from(value)),
                "--data" => data = Some(PathBuf::from(value)),
                "--port" => port = value.parse().map_err(|_| mistaken())?,
                "--ready" => ready = Some(PathBuf::from(value)),
                _ => return Err(mistaken()),
            }
        }
        let tools = tools.ok_or_else(|| format!("--tools is missing\n{USAGE}"))?;
        let data = data.ok_or_else(|| format!("--data is missing\n{USAGE}"))?;
        Ok(Self {
            tools,
            data,
            port,
            ready,
            numbers,
        })
    }

    async fn run(self) -> Result<(), TownError> {
        let failed = super::doing("writing the file that says that the service is ready");
        if let Some(ready) = self.ready.as_ref().filter(|ready| ready.exists()) {
            // Of a town that was here before; this one is not ready yet.
            fs::remove_file(ready).map_err(super::doing("removing an old file"))?;
        }
        let town = Radicale::start(&self.tools, &self.data, self.port, |line| {
            println!("{line}")
        })
        .await?;
        let numbers: Vec<&str> = self.numbers.iter().map(String::as_str).collect();
        town.book_day(&Day::from(now(), &numbers)).await?;
        println!("calendar {}", town.url());
        if let Some(ready) = self.ready {
            fs::write(ready, town.url()).map_err(failed)?;
        }
        std::future::pending::<()>().await;
        town.stop().await
    }
}

/// Bookings one after the other, so that the first citizen may come now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day<'a> {
    first: DateTime<Utc>,
    numbers: Vec<&'a str>,
}

impl<'a> Day<'a> {
    /// Slots of 20 minutes, the first on the next ten minutes after `now`.
    pub fn from(now: DateTime<Utc>, numbers: &[&'a str]) -> Self {
        let grid = TimeDelta::minutes(GRID_MIN).num_seconds();
        let into = now.timestamp().rem_euclid(grid);
        let first = now + TimeDelta::seconds(grid - into);
        Self {
            first,
            numbers: numbers.to_vec(),
        }
    }

    /// Number, start, end, category, summary.
    fn bookings(
        &self,
    ) -> impl Iterator<
        Item = (
            &'a str,
            DateTime<Utc>,
            DateTime<Utc>,
            &'static str,
            &'static str,
        ),
    > {
        let slot = TimeDelta::minutes(SLOT_MIN);
        let starts = std::iter::successors(Some(self.first), move |start| Some(*start + slot));
        let purposes = PURPOSES.into_iter().cycle();
        self.numbers.iter().copied().zip(starts).zip(purposes).map(
            move |((number, start), (category, summary))| {
                (number, start, start + slot, category, summary)
            },
        )
    }
}

impl Radicale {
    /// Writes a day's bookings.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn book_day(&self, day: &Day<'_>) -> Result<(), TownError> {
        for (number, start, end, category, summary) in day.bookings() {
            self.put_booking(number, category, start, end, summary)
                .await?;
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the town lives in the time of whoever watches the demo"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> impl Iterator<Item = String> {
        line.split_whitespace().map(str::to_owned)
    }

    #[test]
    fn the_first_slot_is_near_and_the_others_follow() {
        let now = DateTime::parse_from_rfc3339("2026-11-24T10:03:20+09:00")
            .unwrap()
            .to_utc();
        let day = Day::from(now, &["A7K2-93QF", "B4MN-58TX", "C9PR-27WD", "D2WX-61YZ"]);
        let told: Vec<String> = day
            .bookings()
            .map(|(number, start, end, category, _)| {
                format!(
                    "{number} {}-{} {category}",
                    start.format("%H:%M:%S"),
                    end.format("%H:%M")
                )
            })
            .collect();
        let expected = [
            "A7K2-93QF 01:10:00-01:30 証明書",
            "B4MN-58TX 01:30:00-01:50 住民異動",
            "C9PR-27WD 01:50:00-02:10 マイナンバーカード",
            "D2WX-61YZ 02:10:00-02:30 証明書",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn words_are_understood_or_named() {
        let read = |line| Settings::read(words(line));
        let settings = read("--tools t --port 5232 --data d A-1 --ready r B-2").unwrap();
        assert_eq!((settings.port, settings.numbers.len()), (5232, 2));
        for (line, named) in [
            ("--data d", "--tools"),
            ("--tools t", "--data"),
            ("--tools", "--tools"),
            ("--tools t --data d --port x", "--port"),
            ("--tools t --data d --what x", "--what"),
        ] {
            assert!(read(line).unwrap_err().contains(named), "{line}");
        }
    }
}
