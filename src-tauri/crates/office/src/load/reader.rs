//! What `office.toml` says of the card reader, and the issuers' keys of `issuer-keys/`.

use std::time::Duration;

use toml::Spanned;

use crate::{
    CardSettings, IssuerKey,
    settings_files::{CardFile, IssuerKeyFile},
    source::Source,
};

use super::{Loader, is_plain, stems};

const READERS_MAX: usize = 8;
const PATTERN_CHARS_MAX: usize = 100;
const ISSUER_KEYS_MAX: usize = 16;
/// RSA keys from 2048 to 4096 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const COMMAND_S: u16 = 3;
const SESSION_S: u16 = 20;

impl Loader<'_> {
    pub(super) fn card(&mut self, card: &CardFile, source: &Source) -> CardSettings {
        let mut seconds = |given: &Option<Spanned<u16>>, range, default| {
            if let Some(given) = given {
                self.within(source, given, range);
            }
            let seconds = given.as_ref().map_or(default, |it| *it.get_ref());
            Duration::from_secs(u64::from(seconds))
        };
        let command = seconds(&card.command_seconds, 1..=10, COMMAND_S);
        let session = seconds(&card.session_seconds, 5..=60, SESSION_S);
        CardSettings {
            readers: self.readers(&card.readers, source),
            command,
            session,
            issuer_keys: self.issuer_keys(&card.issuer_keys, source),
        }
    }

    fn readers(&mut self, patterns: &[Spanned<String>], source: &Source) -> Vec<String> {
        self.at_most(patterns, READERS_MAX, source);
        let mut readers: Vec<String> = Vec::new();
        for pattern in patterns {
            let text = pattern.get_ref();
            let length = text.chars().count();
            if !(1..=PATTERN_CHARS_MAX).contains(&length) || text.chars().any(char::is_control) {
                let message = format!(
                    "expected 1 to {PATTERN_CHARS_MAX} characters of the reader's name, as `uketsuke card diagnose` shows it"
                );
                self.wrong(source, pattern.span(), message);
            } else if readers.iter().any(|it| it.eq_ignore_ascii_case(text)) {
                self.wrong(source, pattern.span(), "this name stands here already");
            }
            readers.push(text.clone());
        }
        readers
    }

    fn issuer_keys(&mut self, names: &[Spanned<String>], source: &Source) -> Vec<IssuerKey> {
        self.at_most(names, ISSUER_KEYS_MAX, source);
        let folder = self.dir.join("issuer-keys");
        let mut keys: Vec<IssuerKey> = Vec::new();
        for name in names {
            let stem = name.get_ref();
            let path = folder.join(format!("{stem}.toml"));
            if !is_plain(stem) || !path.is_file() {
                let there = stems(&folder, "toml");
                let there = if there.is_empty() {
                    "the folder has none".to_owned()
                } else {
                    format!("keys are {}", there.join(", "))
                };
                let message = format!("there is no issuer-keys/{stem}.toml; {there}");
                self.wrong(source, name.span(), message);
                continue;
            }
            let file = self.file::<IssuerKeyFile>(&format!("issuer-keys/{stem}.toml"));
            let Some((file, key_source)) = file else {
                continue;
            };
            let Some(key) = self.issuer_key(&file, &key_source) else {
                continue;
            };
            if keys.iter().any(|it| it.issuer == key.issuer) {
                self.wrong(
                    source,
                    name.span(),
                    "another key of this list has the same issuer",
                );
            }
            keys.push(key);
        }
        keys
    }

    fn issuer_key(&mut self, file: &IssuerKeyFile, source: &Source) -> Option<IssuerKey> {
        let issuer = hex(file.issuer.get_ref()).and_then(|it| <[u8; 16]>::try_from(it).ok());
        if issuer.is_none() {
            let message = "expected 16 bytes as 32 hexadecimal digits";
            self.wrong(source, file.issuer.span(), message);
        }
        let modulus = hex(file.modulus.get_ref()).filter(|it| {
            let is_odd = it.last().is_some_and(|last| last % 2 == 1);
            let is_full = it.first().is_some_and(|first| *first >= 0x80);
            MODULUS_BYTES.contains(&it.len()) && is_odd && is_full
        });
        if modulus.is_none() {
            let message = format!(
                "expected an RSA modulus of {} to {} bits as hexadecimal digits, without leading zeros",
                MODULUS_BYTES.start() * 8,
                MODULUS_BYTES.end() * 8
            );
            self.wrong(source, file.modulus.span(), message);
        }
        let exponent = *file.exponent.get_ref();
        if exponent < 3 || exponent.is_multiple_of(2) {
            let message = format!("expected an odd number from 3, usually 65537, got {exponent}");
            self.wrong(source, file.exponent.span(), message);
            return None;
        }
        Some(IssuerKey {
            issuer: issuer?,
            modulus: modulus?,
            exponent,
        })
    }

    fn at_most(&mut self, items: &[Spanned<String>], max: usize, source: &Source) {
        if let Some(after) = items.get(max) {
            self.wrong(source, after.span(), format!("expected at most {max}"));
        }
    }
}

/// Bytes of hexadecimal digits; spaces and line ends between them do not count.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|it| !it.is_ascii_whitespace());
    let halves: Option<Vec<u32>> = digits.map(|it| it.to_digit(16)).collect();
    let pairs = halves?;
    let (pairs, rest) = pairs.as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(high << 4 | low).ok());
    rest.is_empty().then(|| bytes.collect()).flatten()
}
