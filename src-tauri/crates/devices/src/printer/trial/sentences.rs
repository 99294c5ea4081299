//! What was found, for the person who stands before the printer.

use std::fmt::Write as _;

use super::{Tried, Verdict};
use crate::card::Language;

/// One sentence in both languages.
type Both = (&'static str, &'static str);

impl Tried {
    /// What was found and what is to be done, line by line.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut said = String::new();
        let heading = pick(language, ("プリンターの確認", "Printer test"));
        let profile = pick(language, ("プロファイル", "profile"));
        line(
            &mut said,
            &format!("{heading}: {} ({profile} {})", self.address, self.profile),
        );
        for (name, value) in self.facts(language) {
            line(&mut said, &format!("  {name}: {value}"));
        }
        for mismatch in &self.mismatches {
            line(
                &mut said,
                &format!("  ! {}", pick(language, mismatch_sentence(mismatch))),
            );
        }
        let head = pick(language, ("判定", "Result"));
        line(&mut said, &format!("{head}: {}", self.advice(language)));
        said
    }

    fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let name = |both: Both| pick(language, both);
        let answered = |is_so: bool| {
            let both = if is_so {
                ("応答あり", "answered")
            } else {
                ("応答なし", "not answered")
            };
            pick(language, both).to_owned()
        };
        if let Some(failure) = &self.failure {
            return vec![(name(("接続", "connection")), failure.clone())];
        }
        let page = if self.page_sent {
            ("送りました", "sent")
        } else {
            ("送っていません", "not sent")
        };
        let page = (
            name(("試し印字", "test page")),
            pick(language, page).to_owned(),
        );
        if self.queue {
            return vec![page];
        }
        let polled = if self.polled.is_empty() {
            answered(false)
        } else {
            let numbers: Vec<String> = self.polled.iter().map(u8::to_string).collect();
            format!("{} ({})", answered(true), numbers.join(" "))
        };
        let model = match (&self.maker, &self.model) {
            (None, None) => answered(false),
            (maker, model) => {
                let known = [maker.as_deref(), model.as_deref()];
                known.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        let near_end = match self.near_end {
            Some(true) => (
                "残りわずかと報告しています",
                "says that the roll is nearly at its end",
            ),
            Some(false) => (
                "残りわずかではない (センサーのない機種も同じ応答です)",
                "not near the end (a printer without the sensor says the same)",
            ),
            None => ("不明", "not known"),
        };
        let state = self.state.map_or(("不明", "not known"), state_sentence);
        let confirmed = match (self.confirmation, self.confirmed_after_ms) {
            (Some(kind), Some(ms)) => format!("{kind}, {:.1} s", ms as f64 / 1000.0),
            (Some(kind), None) => kind.to_owned(),
            (None, _) => answered(false),
        };
        vec![
            (name(("状態", "state")), pick(language, state).to_owned()),
            (name(("機種 (GS I)", "model (GS I)")), model),
            (
                name(("状態の問い合わせ (DLE EOT)", "status requests (DLE EOT)")),
                polled,
            ),
            (
                name(("状態の自動通知 (GS a)", "pushed status (GS a)")),
                answered(self.pushes_status),
            ),
            (
                name(("順番どおりの応答 (GS r)", "answers in order (GS r)")),
                answered(self.ordered),
            ),
            (
                name(("用紙残りわずかの検知", "near-end sensor")),
                pick(language, near_end).to_owned(),
            ),
            page,
            (name(("印刷完了の確認", "print confirmation")), confirmed),
        ]
    }

    fn advice(&self, language: Language) -> String {
        if let (Verdict::AnotherProfile, Some(file)) = (self.verdict, &self.suggestion) {
            return match language {
                Language::Japanese => {
                    format!(
                        "この機種のプロファイルは {file} です。office.toml の printer.profile を書き換え、もう一度確認してください。"
                    )
                }
                Language::English => {
                    format!(
                        "This model's profile is {file}. Change printer.profile in office.toml and test again."
                    )
                }
            };
        }
        let both = match self.verdict {
            Verdict::Good => (
                "問題ありません。試し印字の目盛りが端まで出ているか、物差しと合うかを見てください。",
                "All is well. See that the page's ruler reaches both edges and agrees with a real one.",
            ),
            Verdict::LookAtThePage => (
                "印刷キューは応答しません。紙が出たかを目で確かめてください。この接続では、番号札が出たかどうかを受付機が知ることはできません。",
                "A queue never answers: look whether the page came out. A kiosk on this connection never learns whether a slip did.",
            ),
            Verdict::AnotherProfile => (
                "プロファイルとプリンターが合っていません。上の ! の行を見て、printers/ の別のファイルを選ぶか、新しいファイルを作ってください。",
                "Profile and printer disagree. See the lines with ! and choose another file of printers/, or make one.",
            ),
            Verdict::NotReady => (
                "プリンターの状態を直してから、もう一度確認してください。",
                "Mend what the printer complains about, and test again.",
            ),
            Verdict::Mute => (
                "プリンターが何も応答しません。紙が出たなら、送るだけの接続です (ケーブル、ポート、USB の機種設定を確認)。",
                "The printer answers nothing. If the page came out, the connection goes one way only: look at cable, port and the printer's settings.",
            ),
            Verdict::Unconfirmed => (
                "印刷はできますが、印刷完了の確認が返りません。番号札はすべて「不明」になります。",
                "It prints and confirms nothing: every slip would be unknown.",
            ),
            Verdict::Unreachable => (
                "プリンターに届きません。電源、ケーブル、アドレス、権限、受付機が使用中でないかを確認してください。",
                "The printer cannot be reached. Look at power, cable, address and rights, and whether a running kiosk holds it.",
            ),
        };
        pick(language, both).to_owned()
    }
}

fn pick(language: Language, (japanese, english): Both) -> &'static str {
    match language {
        Language::Japanese => japanese,
        Language::English => english,
    }
}

fn line(said: &mut String, text: &str) {
    // Writing into a string does not fail.
    let _always = writeln!(said, "{text}");
}

fn state_sentence(state: &str) -> Both {
    match state {
        "ready" => ("印刷できます", "ready"),
        "near_end" => (
            "印刷できます。用紙が残りわずかです",
            "ready; the roll is nearly at its end",
        ),
        "paper_out" => ("用紙がありません", "no paper"),
        "cover_open" => ("カバーが開いています", "the cover is open"),
        "cutter_error" => ("カッターが止まっています", "the cutter is stuck"),
        "overheated" => ("印字ヘッドが熱くなっています", "the head is too hot"),
        "error" => ("エラーです", "an error"),
        _ => ("オフラインです", "off line"),
    }
}

fn mismatch_sentence(mismatch: &str) -> Both {
    match mismatch {
        "pushes_status" => (
            "プロファイルは状態の自動通知あり (pushes_status = true) ですが、プリンターは通知しません",
            "the profile says pushes_status = true, and the printer pushes nothing",
        ),
        "process_id" => (
            "プロファイルは confirmation = \"process-id\" ですが、プリンターは番号を返しません",
            "the profile says confirmation = \"process-id\", and no id came back",
        ),
        "barrier" => (
            "プロファイルは confirmation = \"barrier\" ですが、プリンターは応答しません",
            "the profile says confirmation = \"barrier\", and it was not answered",
        ),
        _ => (
            "このプリンターは、より確かな confirmation = \"process-id\" に応答します",
            "the printer knows the stronger confirmation = \"process-id\"",
        ),
    }
}
