//! A diagnosis in sentences, for the person who stands before the reader.

use std::fmt::Write as _;

use super::super::atr::AtrMeaning;
use super::{Answer, Asked, Counter, Diagnosis, Measured, ReaderFound, Trouble, Verdict};

/// The language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    Japanese,
    /// English
    English,
}

impl Language {
    /// The language of a tag such as `ja`, `en-GB`, or of a locale such as `ja_JP.UTF-8`; Japanese for any
    /// other than English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_', '.']).next().unwrap_or_default();
        if ["en", "C", "POSIX"].contains(&language) {
            Self::English
        } else {
            Self::Japanese
        }
    }

    fn pick<'a>(self, japanese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Japanese => japanese,
            Self::English => english,
        }
    }
}

/// The widest name of a question, in columns of a terminal.
const QUESTION_COLUMNS: usize = 34;

impl Diagnosis {
    /// The diagnosis as lines of text; the last one is the verdict.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut text = String::new();
        let mut line = |it: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{it}");
        };
        if let Some(detail) = &self.detail {
            line(format!(
                "{}: {detail}",
                language.pick("システムの応答", "The system says")
            ));
        }
        if !self.wanted.is_empty() {
            let wanted: Vec<String> = self.wanted.iter().map(|it| format!("{it:?}")).collect();
            let wanted = wanted.join(", ");
            line(format!("office.toml [card] readers = [{wanted}]"));
        }
        if !self.readers.is_empty() {
            line(format!(
                "{}:",
                language.pick("カードリーダー", "Card readers")
            ));
        }
        for reader in &self.readers {
            line(self.reader(reader, language));
        }
        if let Some(it) = &self.atr {
            line(format!("ATR: {}", it.hex));
            line(format!("     {}", atr(it.meaning, language)));
        }
        if !self.measured.is_empty() {
            line(format!(
                "{}:",
                language.pick("カードへの問い合わせ", "Asked of the card")
            ));
        }
        for measured in &self.measured {
            line(question(measured, language));
        }
        line(format!(
            "{}: {}",
            language.pick("結果", "Result"),
            verdict(self.verdict, language)
        ));
        text
    }

    fn reader(&self, reader: &ReaderFound, language: Language) -> String {
        let is_used = self.used.as_ref() == Some(&reader.name);
        let mark = if is_used { "->" } else { "  " };
        let use_of_it = match (is_used, reader.rank) {
            (true, _) => language.pick("これを使います", "this one is used"),
            (false, Some(_)) => language.pick("使えます", "may be used"),
            (false, None) => language.pick("使いません", "is not used"),
        };
        let card = if reader.card_present {
            language.pick("カードあり", "a card lies on it")
        } else {
            language.pick("カードなし", "no card")
        };
        format!(
            "  {mark} {} {}",
            reader.name,
            match language {
                Language::Japanese => format!("（{use_of_it}・{card}）"),
                Language::English => format!("({use_of_it}, {card})"),
            }
        )
    }
}

fn question(measured: &Measured, language: Language) -> String {
    let name = asked(measured.asked, language);
    // East Asian characters are two columns wide.
    let columns: usize = name
        .chars()
        .map(|it| if it.is_ascii() { 1 } else { 2 })
        .sum();
    let space = " ".repeat(QUESTION_COLUMNS.saturating_sub(columns));
    let (whole, tenth) = (measured.took_us / 1000, measured.took_us % 1000 / 100);
    let said = answer(measured, language);
    format!("  {name}{space}{whole:>6}.{tenth} ms  {said}")
}

fn asked(asked: Asked, language: Language) -> &'static str {
    let (japanese, english) = match asked {
        Asked::Connect => ("接続", "connect"),
        Asked::CardFaceInput => ("券面事項入力補助AP", "My Number card, its text"),
        Asked::PinTries => ("暗証番号（4桁）の残り回数", "tries of the PIN"),
        Asked::NumberBTries => ("照合番号Bの残り回数", "tries of 照合番号B"),
        Asked::Jpki => ("公的個人認証AP", "My Number card, certificates"),
        Asked::CardFaceCheck => ("券面事項確認AP", "My Number card, its face"),
        Asked::DriversLicence => ("運転免許証", "driver's licence"),
        Asked::ResidenceCard => ("在留カード・特別永住者証明書", "residence card"),
        Asked::MyNumberLicence => ("マイナ免許証", "licence on a My Number card"),
        Asked::SpecialResidence => ("特定在留カード", "residence side of a My Number card"),
        Asked::ContactlessPayment => ("支払いカード（非接触）", "payment card, contactless"),
        Asked::ContactPayment => ("支払いカード（接触）", "payment card, contacts"),
    };
    language.pick(japanese, english)
}

fn answer(measured: &Measured, language: Language) -> String {
    match measured.answer {
        Answer::Connected => language.pick("接続しました", "connected").to_owned(),
        Answer::Status(status) => {
            let meaning = match status {
                0x9000 => language.pick("あり", "yes").to_owned(),
                0x6A82 => language.pick("なし", "no").to_owned(),
                0x63C1..=0x63CF => match language {
                    Language::Japanese => format!("残り{}回", status & 0x0F),
                    Language::English => format!("{} left", status & 0x0F),
                },
                0x63C0 | 0x6983 | 0x6984 => {
                    language.pick("ロックされています", "locked").to_owned()
                }
                _ => language.pick("その他の応答", "another answer").to_owned(),
            };
            format!("{status:04X} {meaning}")
        }
        Answer::Trouble(it) => trouble(it, language).to_owned(),
    }
}

fn trouble(trouble: Trouble, language: Language) -> &'static str {
    let (japanese, english) = match trouble {
        Trouble::Gone => ("カードが離れました", "the card is gone"),
        Trouble::ReaderGone => ("リーダーが外れました", "the reader is gone"),
        Trouble::Busy => ("ほかのプログラムが使用中です", "another program holds it"),
        Trouble::Silent => ("応答がありません", "no answer"),
        Trouble::NoApplications => (
            "アプリケーションを持たないカードです",
            "a card without applications",
        ),
        Trouble::Refused => ("リーダーが受け付けません", "the reader refuses"),
    };
    language.pick(japanese, english)
}

fn atr(meaning: AtrMeaning, language: Language) -> &'static str {
    let (japanese, english) = match meaning {
        AtrMeaning::FeliCa => (
            "FeliCa（交通系ICカード・電子マネー・一部のスマートフォン）",
            "FeliCa: commuter passes, electronic money, some phones",
        ),
        AtrMeaning::StorageCard => (
            "メモリーカード（MIFARE等）",
            "a storage card such as MIFARE",
        ),
        AtrMeaning::MyNumberContact => (
            "マイナンバーカードで見られる値（接触）",
            "seen on My Number cards, contacts",
        ),
        AtrMeaning::MyNumberContactless => (
            "マイナンバーカードで見られる値（非接触）",
            "seen on My Number cards, contactless",
        ),
        AtrMeaning::DriversLicence => ("運転免許証で見られる値", "seen on drivers' licences"),
        AtrMeaning::Contactless => ("非接触ICカード", "a contactless card with a processor"),
        AtrMeaning::Contact => ("接触ICカード", "a card with contacts"),
        AtrMeaning::Malformed => ("ATRの形をしていません", "not the form of an ATR"),
    };
    language.pick(japanese, english)
}

/// The sentence of a verdict: what is so, and what to do.
fn verdict(verdict: Verdict, language: Language) -> String {
    let (japanese, english) = match verdict {
        Verdict::NoProgram => (
            "uketsuke-card を起動できません。uketsuke と同じフォルダーに、同じ版のものがあるか確かめてください。",
            "uketsuke-card cannot be started. See that it lies beside uketsuke, in the same version.",
        ),
        Verdict::NoService => (
            "PC/SCサービスに接続できません。Linuxでは pcscd、Windowsでは Smart Card サービスが動いているか確かめてください。",
            "The PC/SC service is not there. See that pcscd (Linux) or the Smart Card service (Windows) is running.",
        ),
        Verdict::Forbidden => (
            "このアカウントにはPC/SCサービスの使用が許されていません。Linuxでは polkit の規則を確かめてください。",
            "This account may not use the PC/SC service. On Linux, see the rules of polkit.",
        ),
        Verdict::ServiceSilent => (
            "PC/SCサービスが応答しません。カードを離し、リーダーを挿し直し、サービスを再起動してください。",
            "The PC/SC service does not answer. Take the card off, plug the reader in anew, restart the service.",
        ),
        Verdict::NoReader => (
            "カードリーダーが見つかりません。接続とドライバーを確かめてください。",
            "There is no card reader. See to its cable and its driver.",
        ),
        Verdict::NoReaderMatches => (
            "カードリーダーはありますが、office.toml の [card] readers に合うものがありません。上の名前の一部を書いてください。",
            "There are readers, but none matches [card] readers in office.toml. Write a part of a name from above there.",
        ),
        Verdict::NoCard => (
            "カードリーダーは使えます。カードを置いてもう一度実行すると、カードも調べます。",
            "The card reader is ready. Put a card on it and run this again to look at the card, too.",
        ),
        Verdict::MyNumber { pin, number_b } => return my_number(pin, number_b, language),
        Verdict::DriversLicence => (
            "カードリーダーは使えます。運転免許証が置かれています。",
            "The card reader is ready. A driver's licence lies on it.",
        ),
        Verdict::ResidenceCard => (
            "カードリーダーは使えます。在留カードまたは特別永住者証明書が置かれています。",
            "The card reader is ready. A residence card lies on it.",
        ),
        Verdict::AnotherCard => (
            "カードリーダーは使えますが、置かれているのはこの受付機で読み取るカードではありません。",
            "The card reader is ready, but what lies on it is not a card that is read here.",
        ),
        Verdict::NewerCard => (
            "知られているアプリケーションが一つもありません。未対応の新しいカードかもしれません。",
            "The card has none of the known applications. It may be a newer card than this program.",
        ),
        Verdict::Busy => (
            "ほかのプログラムがカードを使っています。受付機の読み取りが終わってから、または証明書ソフト等を閉じてから、もう一度実行してください。",
            "Another program holds the card. Let the kiosk finish reading, or close the other program, and run this again.",
        ),
        Verdict::Silent { at } => {
            let at = asked(at, language);
            return match language {
                Language::Japanese => format!(
                    "カードが「{at}」の問い合わせに応答しません。カードを離し、置き直してください。別のカードでも同じなら、リーダーを挿し直してください。"
                ),
                Language::English => format!(
                    "The card does not answer ({at}). Take it off and put it down again. If another card does the same, plug the reader in anew."
                ),
            };
        }
        Verdict::Gone => (
            "途中でカードが離れました。カードを置いたまま、もう一度実行してください。",
            "The card left the reader. Leave it there and run this again.",
        ),
        Verdict::ReaderGone => (
            "途中でカードリーダーが外れました。接続を確かめてください。",
            "The card reader went. See to its cable.",
        ),
        Verdict::Unreadable => (
            "カードが想定外の応答をしました。置き直しても同じなら、別のカードで確かめてください。",
            "The card answered oddly. If it does so again, try another card.",
        ),
    };
    language.pick(japanese, english).to_owned()
}

fn my_number(pin: Counter, number_b: Counter, language: Language) -> String {
    let [pin, number_b] = [pin, number_b].map(|it| match (it, language) {
        (Counter::Left(left), Language::Japanese) => format!("残り{left}回"),
        (Counter::Left(left), Language::English) => format!("{left} tries left"),
        (Counter::Locked, _) => language.pick("ロック中", "locked").to_owned(),
        (Counter::Unknown, _) => language.pick("残り回数は不明", "tries not told").to_owned(),
    });
    match language {
        Language::Japanese => {
            format!(
                "マイナンバーカードを読み取れます。暗証番号は{pin}、照合番号Bは{number_b}です。"
            )
        }
        Language::English => {
            format!("The My Number card can be read. PIN: {pin}; 照合番号B: {number_b}.")
        }
    }
}
