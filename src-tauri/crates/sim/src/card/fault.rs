//! What can go wrong with a card, on purpose, and when.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::machine::{Signal, VirtualCard};

/// A fault at one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The card is gone before it has heard the command: a lost VERIFY does not count.
    Unheard,
    /// The card has carried the command out, and is gone before it answers: a lost VERIFY counts.
    Vanish,
    /// The answer announces 200 bytes, 50 come, and the card is gone. The command was carried out.
    Half,
    /// The command was carried out, and the card never answers.
    Silence,
    /// The command was carried out, and the card answers `6F00`.
    Undiagnosed,
    /// The command was carried out, and the card answers what makes no sense.
    Garbage,
    /// The command was carried out, and the answer has thousands of bytes too many.
    Long,
    /// The command was carried out, and the answer has another status word; its data comes only with one of those
    /// that bring data.
    Status(u16),
}

impl Fault {
    /// Those that have no parameter.
    pub const ALL: [Self; 7] = [
        Self::Unheard,
        Self::Vanish,
        Self::Half,
        Self::Silence,
        Self::Undiagnosed,
        Self::Garbage,
        Self::Long,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unheard => f.write_str("unheard"),
            Self::Vanish => f.write_str("vanish"),
            Self::Half => f.write_str("half"),
            Self::Silence => f.write_str("silence"),
            Self::Undiagnosed => f.write_str("6f00"),
            Self::Garbage => f.write_str("garbage"),
            Self::Long => f.write_str("long"),
            Self::Status(status) => write!(f, "sw={status:04x}"),
        }
    }
}

/// The word is not a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fault is one of: unheard vanish half silence 6f00 garbage long sw=XXXX")]
pub struct NotAFault;

impl FromStr for Fault {
    type Err = NotAFault;

    fn from_str(word: &str) -> Result<Self, NotAFault> {
        if let Some(status) = word.strip_prefix("sw=").filter(|hex| hex.len() == 4) {
            return u16::from_str_radix(status, 16)
                .map(Self::Status)
                .map_err(|_| NotAFault);
        }
        Self::ALL
            .into_iter()
            .find(|fault| fault.to_string() == word)
            .ok_or(NotAFault)
    }
}

/// Which fault comes when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// By how many commands before it are still to come.
    due: BTreeMap<u32, Fault>,
    /// At the first command after every power-up, until the script is cleared. The card has not heard it.
    at_power_up: Option<Fault>,
}

/// The step is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fault script is COMMAND:FAULT,… with commands counted from 1, or up:FAULT; {NotAFault}")]
pub struct NotAScript;

impl Script {
    /// Adds a fault at the `command`-th command from now, counted from 1; it comes once.
    pub fn fail_at(&mut self, command: u32, fault: Fault) {
        self.due.insert(command.saturating_sub(1), fault);
    }

    /// Adds a fault at the first command after every power-up.
    pub fn fail_at_power_up(&mut self, fault: Fault) {
        self.at_power_up = Some(fault);
    }

    /// The fault whose turn it is.
    fn next(&mut self) -> Option<Fault> {
        let due = std::mem::take(&mut self.due);
        let mut now = None;
        for (before, fault) in due {
            match before.checked_sub(1) {
                None => now = Some(fault),
                Some(before) => drop(self.due.insert(before, fault)),
            }
        }
        now
    }
}

/// `3:half,7:silence,up:6f00`.
impl FromStr for Script {
    type Err = NotAScript;

    fn from_str(words: &str) -> Result<Self, NotAScript> {
        let mut script = Self::default();
        for step in words.split(',').filter(|step| !step.is_empty()) {
            let (when, fault) = step.split_once(':').ok_or(NotAScript)?;
            let fault = fault.parse().map_err(|_| NotAScript)?;
            match (when, when.parse()) {
                ("up", _) => script.fail_at_power_up(fault),
                (_, Ok(command @ 1..)) => script.fail_at(command, fault),
                (_, Ok(_) | Err(_)) => return Err(NotAScript),
            }
        }
        Ok(script)
    }
}

/// The script as it can be read again.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power_up = self.at_power_up.map(|fault| format!("up:{fault}"));
        let due = self.due.iter();
        let steps: Vec<_> = due
            .map(|(before, fault)| format!("{}:{fault}", before + 1))
            .chain(power_up)
            .collect();
        f.write_str(&steps.join(","))
    }
}

/// A card that plays a script, on whatever wire it lies.
pub struct FaultyCard {
    card: VirtualCard,
    script: Script,
    /// Power came, and no command since.
    is_fresh: bool,
}

/// What comes over the wire for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// A whole answer, true or not.
    Answer(Vec<u8>),
    /// These bytes of an answer that was to have 200, and then the card is gone.
    Half(Vec<u8>),
    /// The card is gone.
    Gone,
    /// Nothing, ever.
    Silence,
}

/// So many bytes of half an answer come.
const HALF_BYTES: usize = 50;
/// So many bytes a too long answer has too many.
const LONG_BYTES: usize = 4_000;

impl FaultyCard {
    /// A card that does nothing wrong yet.
    #[must_use]
    pub fn new(card: VirtualCard) -> Self {
        Self {
            card,
            script: Script::default(),
            is_fresh: true,
        }
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> &VirtualCard {
        &self.card
    }

    /// The script of what is still to go wrong.
    pub fn script(&mut self) -> &mut Script {
        &mut self.script
    }

    /// Forgets the script.
    pub fn calm(&mut self) {
        self.script = Script::default();
    }

    /// Forgets what is bound to a command's turn, as when the card is taken away.
    pub(crate) fn forget_turns(&mut self) {
        self.script.due.clear();
    }

    /// What the reader does besides commands.
    pub fn signal(&mut self, signal: Signal) {
        self.is_fresh = true;
        self.card.signal(signal);
    }

    /// One command, and what comes back.
    pub fn exchange(&mut self, command: &[u8]) -> Exchange {
        let fresh = std::mem::take(&mut self.is_fresh);
        let at_power_up = self.script.at_power_up.filter(|_| fresh);
        if let Some(fault) = at_power_up {
            return spoiled(Vec::new(), fault);
        }
        match self.script.next() {
            None => Exchange::Answer(self.card.answer(command)),
            Some(Fault::Unheard) => Exchange::Gone,
            Some(fault) => spoiled(self.card.answer(command), fault),
        }
    }
}

fn spoiled(mut answer: Vec<u8>, fault: Fault) -> Exchange {
    match fault {
        Fault::Unheard | Fault::Vanish => Exchange::Gone,
        Fault::Half => {
            let filler = std::iter::repeat(0xFF);
            Exchange::Half(answer.into_iter().chain(filler).take(HALF_BYTES).collect())
        }
        Fault::Silence => Exchange::Silence,
        Fault::Undiagnosed => Exchange::Answer(vec![0x6F, 0x00]),
        Fault::Garbage => Exchange::Answer(vec![0x55; 37]),
        Fault::Long => {
            let status = answer.split_off(answer.len().saturating_sub(2));
            answer.resize(answer.len() + LONG_BYTES, 0x41);
            answer.extend(status);
            Exchange::Answer(answer)
        }
        Fault::Status(status) => {
            let data = match status {
                0x9000 | 0x6282 | 0x6100..=0x61FF => answer.len().saturating_sub(2),
                _ => 0,
            };
            answer.truncate(data);
            answer.extend(status.to_be_bytes());
            Exchange::Answer(answer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Person;

    const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";
    const WRONG_PIN: &[u8] = b"\x00\x20\x00\x91\x040000";

    fn faulty(script: &str) -> FaultyCard {
        let mut card = FaultyCard::new(VirtualCard::new(&Person::default()));
        *card.script() = script.parse().unwrap();
        card
    }

    #[test]
    fn a_script_is_read_and_said_again() {
        for script in ["", "1:half", "2:vanish,7:sw=6283,up:6f00", "up:silence"] {
            assert_eq!(script.parse::<Script>().unwrap().to_string(), script);
        }
        for bad in ["half", "0:half", "x:half", "3:melt", "3:sw=63", "3:sw=xyzw"] {
            assert_eq!(bad.parse::<Script>(), Err(NotAScript), "{bad}");
        }
    }

    #[test]
    fn faults_come_at_their_turns_and_once() {
        let ok = || Exchange::Answer(vec![0x90, 0x00]);
        let mut card = faulty("2:6f00,4:sw=6983");
        let said: Vec<_> = (0..5).map(|_| card.exchange(SELECT)).collect();
        let undiagnosed = Exchange::Answer(vec![0x6F, 0x00]);
        let swapped = Exchange::Answer(vec![0x69, 0x83]);
        assert_eq!(said, [ok(), undiagnosed, ok(), swapped, ok()]);
        assert_eq!(card.script().to_string(), "");
    }

    #[test]
    fn a_fault_at_power_up_comes_after_every_power_up_and_the_command_is_not_carried_out() {
        let mut card = faulty("up:6f00");
        for _ in 0..2 {
            card.signal(Signal::PowerOn);
            assert_eq!(card.exchange(SELECT), Exchange::Answer(vec![0x6F, 0x00]));
            assert_eq!(card.exchange(SELECT), Exchange::Answer(vec![0x90, 0x00]));
        }
        assert_eq!(card.card().tally().commands, 2);
    }

    #[test]
    fn only_an_unheard_verify_does_not_count() {
        for fault in Fault::ALL {
            let mut card = faulty(&format!("2:{fault}"));
            card.exchange(SELECT);
            card.exchange(WRONG_PIN);
            let left = if fault == Fault::Unheard { 3 } else { 2 };
            assert_eq!(card.card().tries_left(), left, "{fault}");
        }
    }

    #[test]
    fn a_long_answer_keeps_its_status() {
        let Exchange::Answer(answer) = faulty("1:long").exchange(SELECT) else {
            panic!("an answer")
        };
        assert_eq!(answer.len(), 4_002);
        assert!(answer.ends_with(&[0x90, 0x00]));
    }
}
