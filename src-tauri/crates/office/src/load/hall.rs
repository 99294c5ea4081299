//! What `office.toml` says of boards, of the hub's names, of leases, and of how long things are kept.

use std::net::IpAddr;

use queue::ServiceId;
use toml::Spanned;

use crate::{
    Board, Language, Retention,
    settings_files::{BoardFile, OfficeFile, RetentionFile},
    source::Source,
};

use super::{Loader, keep};

const BOARDS_MAX: usize = 20;
const MESSAGES_MAX: usize = 20;
const MESSAGE_CHARS_MAX: usize = 120;
const HUB_NAMES_MAX: usize = 20;
/// RFC 1035 §2.3.4.
const HOST_CHARS_MAX: usize = 253;
const LABEL_CHARS_MAX: usize = 63;
const CALL_S: u16 = 30;
const LEASE_NUMBERS: u16 = 10;

impl Loader<'_> {
    pub(super) fn boards(
        &mut self,
        file: &OfficeFile,
        source: &Source,
        services: Option<&[queue::Service]>,
        languages: &[Language],
    ) -> Vec<Board> {
        if file.boards.len() > BOARDS_MAX {
            let at = file.boards.last().map_or(0..0, |it| it.id.span());
            self.wrong(source, at, format!("expected at most {BOARDS_MAX} boards"));
        }
        let mut boards: Vec<Board> = Vec::new();
        for board in &file.boards {
            let id = board.id.get_ref();
            if ServiceId::parse(id).is_err() {
                let message = "expected 1 to 32 ASCII letters, digits, - or _";
                self.wrong(source, board.id.span(), message);
            } else if boards.iter().any(|it| it.id == *id) {
                self.wrong(source, board.id.span(), "another board has the same id");
            }
            let board = self.board(board, source, services, languages);
            boards.push(board);
        }
        if boards.is_empty() {
            boards.push(Board {
                id: "hall".to_owned(),
                title: file.name.0.clone(),
                services: Vec::new(),
                languages: tags(languages),
                call_s: u32::from(CALL_S),
                sound: true,
                messages: Vec::new(),
            });
        }
        boards
    }

    fn board(
        &mut self,
        board: &BoardFile,
        source: &Source,
        services: Option<&[queue::Service]>,
        languages: &[Language],
    ) -> Board {
        if let Some(seconds) = &board.call_seconds {
            self.within(source, seconds, 5..=300);
        }
        if let Some(after) = board.messages.get(MESSAGES_MAX) {
            let message = format!("expected at most {MESSAGES_MAX} messages");
            self.wrong(source, after.span(), message);
        }
        for message in &board.messages {
            let texts = &message.get_ref().0;
            let fits = |it: &String| (1..=MESSAGE_CHARS_MAX).contains(&it.chars().count());
            if !texts.values().all(fits) {
                let expected = format!("expected 1 to {MESSAGE_CHARS_MAX} characters");
                self.wrong(source, message.span(), expected);
            }
        }
        let shown = board.services.iter();
        let shown = shown
            .filter_map(|it| self.service_id(it, services, source))
            .collect();
        Board {
            id: board.id.get_ref().clone(),
            title: board.title.0.clone(),
            services: shown,
            languages: self.board_languages(board, source, languages),
            call_s: u32::from(
                board
                    .call_seconds
                    .as_ref()
                    .map_or(CALL_S, |it| *it.get_ref()),
            ),
            sound: board.sound.unwrap_or(true),
            messages: board
                .messages
                .iter()
                .map(|it| it.get_ref().0.clone())
                .collect(),
        }
    }

    fn board_languages(
        &mut self,
        board: &BoardFile,
        source: &Source,
        offered: &[Language],
    ) -> Vec<String> {
        let Some(named) = &board.languages else {
            return tags(offered);
        };
        if named.get_ref().is_empty() {
            let message = "expected at least one language, or no such key for all of them";
            self.wrong(source, named.span(), message);
        }
        for tag in named.get_ref() {
            if !offered.iter().any(|it| it.tag == *tag.get_ref()) {
                let message = format!(
                    "the office does not offer \"{}\"; its languages are {}",
                    tag.get_ref(),
                    tags(offered).join(", ")
                );
                self.wrong(source, tag.span(), message);
            }
        }
        let named = named.get_ref().iter();
        named.map(|it| it.get_ref().clone()).collect()
    }

    /// Host names and addresses as a certificate and a browser's `Host` spell them.
    pub(super) fn hub_names(&mut self, file: &OfficeFile, source: &Source) -> Vec<String> {
        if let Some(after) = file.hub.names.get(HUB_NAMES_MAX) {
            let message = format!("expected at most {HUB_NAMES_MAX} names");
            self.wrong(source, after.span(), message);
        }
        let mut names: Vec<String> = Vec::new();
        for name in &file.hub.names {
            let spelt = name.get_ref().to_ascii_lowercase();
            if !is_host(&spelt) {
                let message = "expected a host name or an IP address without a port, such as \"uketsuke.city.lan\" or \"192.0.2.5\"";
                self.wrong(source, name.span(), message);
            } else if names.contains(&spelt) {
                self.wrong(source, name.span(), "this name stands here already");
            } else {
                names.push(spelt);
            }
        }
        names
    }

    pub(super) fn lease_numbers(&mut self, file: &OfficeFile, source: &Source) -> u16 {
        let Some(numbers) = &file.kiosk.lease_numbers else {
            return LEASE_NUMBERS;
        };
        self.within(source, numbers, 0..=200);
        *numbers.get_ref()
    }

    pub(super) fn retention(&mut self, file: &RetentionFile, source: &Source) -> Retention {
        let default = Retention::default();
        let mut of = |given: &Option<Spanned<u16>>, default: u16, range| match given {
            Some(number) => {
                self.within(source, number, range);
                *number.get_ref()
            }
            None => default,
        };
        Retention {
            tickets_days: of(&file.tickets_days, default.tickets_days, 1..=3_660),
            audit_days: of(&file.audit_days, default.audit_days, 30..=7_320),
            backups_kept: of(&file.backups_kept, default.backups_kept, 1..=400),
            answers_hours: of(&file.answers_hours, default.answers_hours, 24..=720),
            cases_days: of(&file.cases_days, default.cases_days, 0..=keep::DAYS_MAX),
            phone_days: of(&file.phone_days, default.phone_days, 1..=90),
            prepared_days: of(&file.prepared_days, default.prepared_days, 0..=30),
            handoff_days: of(&file.handoff_days, default.handoff_days, 0..=90),
        }
    }
}

fn tags(languages: &[Language]) -> Vec<String> {
    languages.iter().map(|it| it.tag.clone()).collect()
}

fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_CHARS_MAX).contains(&label.len())
            && label
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // What looks like an address has to be one: `192.0.2.300` is no host name.
    let numbers_only = name.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    name.parse::<IpAddr>().is_ok()
        || (!numbers_only && name.len() <= HOST_CHARS_MAX && name.split('.').all(is_label))
}
