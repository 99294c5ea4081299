//! What the card process is told when it is started.

use std::time::Duration;

use card::IssuerKeys;

use super::Settings;
use super::reader::Limits;

/// The public RSA key of an issuer of cards. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKey {
    /// How a card's certificate names the issuer.
    pub issuer: [u8; 16],
    /// The modulus, big-endian.
    pub modulus: Vec<u8>,
    /// The public exponent.
    pub exponent: u32,
}

impl IssuerKey {
    /// `issuer:exponent:modulus` in hexadecimal digits.
    fn word(&self) -> String {
        format!(
            "{}:{:x}:{}",
            hex(&self.issuer),
            self.exponent,
            hex(&self.modulus)
        )
    }

    fn parse(word: &str) -> Option<Self> {
        let (issuer, rest) = word.split_once(':')?;
        let (exponent, modulus) = rest.split_once(':')?;
        Some(Self {
            issuer: bytes(issuer)?.try_into().ok()?,
            modulus: bytes(modulus)?,
            exponent: u32::from_str_radix(exponent, 16).ok()?,
        })
    }
}

/// What the process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// To read cards for a kiosk, until stdin ends.
    Serve,
    /// To look at readers and card once, and tell what was found.
    Diagnose {
        /// So long is a card waited for, in milliseconds.
        wait_ms: u64,
    },
}

/// The command line of `uketsuke-card`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// What the process is for.
    pub duty: Duty,
    /// Which readers, by name; see [`Settings::readers`].
    pub readers: Vec<String>,
    /// The longest a connect may take, in milliseconds.
    pub connect_ms_max: u64,
    /// The longest a command may take, in milliseconds.
    pub command_ms_max: u64,
    /// The issuers whose cards can be found genuine.
    pub issuer_keys: Vec<IssuerKey>,
}

impl Arguments {
    /// The arguments of a process that uses readers by these settings.
    #[must_use]
    pub fn of(settings: &Settings, duty: Duty) -> Self {
        Self {
            duty,
            readers: settings.readers.clone(),
            connect_ms_max: settings.connect_ms_max,
            command_ms_max: settings.command_ms_max,
            issuer_keys: settings.issuer_keys.clone(),
        }
    }

    /// The arguments as they stand on the command line: `--reader PATTERN` for each pattern, `--issuer-key KEY`
    /// for each key, `--connect-ms N`, `--command-ms N`, and `--diagnose WAIT_MS` for a diagnosis.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::of(&Settings::default(), Duty::Serve);
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| word.clone())?;
            match word.as_str() {
                "--reader" => arguments.readers.push(value),
                "--connect-ms" => arguments.connect_ms_max = value.parse().map_err(|_| value)?,
                "--command-ms" => arguments.command_ms_max = value.parse().map_err(|_| value)?,
                "--issuer-key" => {
                    let key = IssuerKey::parse(&value).ok_or(value)?;
                    arguments.issuer_keys.push(key);
                }
                "--diagnose" => {
                    let wait_ms = value.parse().map_err(|_| value)?;
                    arguments.duty = Duty::Diagnose { wait_ms };
                }
                _ => return Err(word),
            }
        }
        Ok(arguments)
    }

    /// The words that [`parse`](Self::parse) understands.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut say = |name: &str, value: String| words.extend([name.to_owned(), value]);
        say("--connect-ms", self.connect_ms_max.to_string());
        say("--command-ms", self.command_ms_max.to_string());
        (self.readers.iter()).for_each(|it| say("--reader", it.clone()));
        (self.issuer_keys.iter()).for_each(|it| say("--issuer-key", it.word()));
        if let Duty::Diagnose { wait_ms } = self.duty {
            say("--diagnose", wait_ms.to_string());
        }
        words
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            connect: Duration::from_millis(self.connect_ms_max),
            command: Duration::from_millis(self.command_ms_max),
        }
    }

    /// The issuers' keys, ready for use. One that is none is left out: its cards are then not checked.
    pub(crate) fn issuers(&self) -> IssuerKeys {
        let key = |it: &IssuerKey| {
            let key = card::IssuerKey::new(it.issuer, &it.modulus, &it.exponent.to_be_bytes());
            if key.is_err() {
                eprintln!(
                    "uketsuke-card: the issuer's key {} is none",
                    hex(&it.issuer)
                );
            }
            key.ok()
        };
        self.issuer_keys.iter().filter_map(key).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digits = str::from_utf8(pair).ok()?;
        u8::from_str_radix(digits, 16).ok()
    };
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_the_command_line() {
        for duty in [Duty::Serve, Duty::Diagnose { wait_ms: 1_500 }] {
            let key = IssuerKey {
                issuer: [0x0F; 16],
                modulus: vec![0xC3; 256],
                exponent: 65_537,
            };
            let arguments = Arguments {
                duty,
                readers: vec!["Sony*PaSoRi".into(), "ACR1281 1S".into()],
                connect_ms_max: 4_000,
                command_ms_max: 2_500,
                issuer_keys: vec![key.clone(), key],
            };
            assert_eq!(Arguments::parse(arguments.words()), Ok(arguments));
        }
    }

    #[test]
    fn a_word_that_is_not_understood_is_named() {
        for (words, named) in [
            (&["--pin", "1234"][..], "--pin"),
            (&["--connect-ms", "soon"], "soon"),
            (&["--reader"], "--reader"),
            (&["--diagnose", "now"], "now"),
            (&["--issuer-key", "00:3:00"], "00:3:00"),
            (&["--issuer-key", "0"], "0"),
        ] {
            let words = words.iter().map(ToString::to_string);
            assert_eq!(Arguments::parse(words), Err(named.to_owned()));
        }
    }
}
