//! A chip made of applications, files, keys that are verified and keys that sign, after ISO/IEC 7816-4.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::apdu::Command;
use super::chip::{Chip, Counter, Reply};
use super::log::Place;

/// A file's or key's identifier inside its application.
pub(crate) type Id = u16;

/// Data, or a status that is no success.
type Answer = Result<Vec<u8>, u16>;

/// One application.
#[derive(Default)]
pub(crate) struct Application {
    /// A word for the log.
    pub(crate) name: &'static str,
    pub(crate) aid: &'static [u8],
    pub(crate) files: BTreeMap<Id, File>,
    pub(crate) keys: BTreeMap<Id, Key>,
    pub(crate) signers: BTreeMap<Id, Signer>,
    /// The key that signs when a command names none.
    pub(crate) default_signer: Option<Id>,
    /// What it says to a session key that nobody may deliver.
    pub(crate) session_key_status: u16,
}

/// A file with its access condition.
pub(crate) struct File {
    pub(crate) content: Content,
    /// Any one of these keys opens it; none means free.
    pub(crate) opened_by: &'static [Id],
    /// Holds one record instead of bytes.
    pub(crate) is_record: bool,
}

/// A file's bytes, made when they are read first: signatures cost time.
pub(crate) type Content = LazyLock<Vec<u8>, Box<dyn FnOnce() -> Vec<u8> + Send>>;

/// A key that is verified.
pub(crate) struct Key {
    /// A word for the control line; without one its counter is told to nobody.
    pub(crate) name: Option<&'static str>,
    pub(crate) secret: Vec<u8>,
    pub(crate) tries_max: u8,
    pub(crate) tries_left: u8,
    pub(crate) verified: bool,
}

/// A key that signs.
pub(crate) struct Signer {
    pub(crate) key: &'static RsaPrivateKey,
    /// Any one of these keys opens it; none means free.
    pub(crate) opened_by: &'static [Id],
}

/// How real cards and readers differ in answering the same command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    /// Short file identifiers, and as many bytes as there are.
    #[default]
    Plain,
    /// Files and keys must be selected before they are used: `6A86` to a short identifier.
    LongForm,
    /// `6282` when the file ends before Le.
    EndOfFile,
    /// `6Cxx` when the file ends before Le.
    ExactLe,
    /// A hundred bytes first, and `61xx` for the rest, as over T=0.
    InPieces,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Plain,
        Self::LongForm,
        Self::EndOfFile,
        Self::ExactLe,
        Self::InPieces,
    ];
}

/// The bytes of the first answer of a card that answers in pieces.
const PIECE_BYTES: usize = 100;

/// The chip.
pub(crate) struct FileChip {
    atr: &'static [u8],
    manner: Manner,
    applications: Vec<Application>,
    current: Option<usize>,
    /// The file or key selected in the current application.
    selected: Option<Id>,
    /// What is still to be fetched by GET RESPONSE.
    rest: Vec<u8>,
    challenges: u32,
}

impl FileChip {
    pub(crate) fn new(atr: &'static [u8], manner: Manner, applications: Vec<Application>) -> Self {
        Self {
            atr,
            manner,
            applications,
            current: None,
            selected: None,
            rest: Vec::new(),
            challenges: 0,
        }
    }

    fn answer(&mut self, command: &Command<'_>) -> Result<Reply, u16> {
        match command.class {
            0x00 | 0x80 => {}
            0x01..=0x03 => return Err(0x6881),
            _ => return Err(0x6E00),
        }
        if command.instruction != 0xC0 {
            self.rest.clear();
        }
        let done = |answer: Answer| answer.map(|data| Ok(data).into());
        match command.instruction {
            0xA4 => done(self.select(command)),
            0x20 => done(self.verify(command)),
            0x2A => done(self.sign(command)),
            0x84 => done(self.challenge(command)),
            0xAE => done(self.session_key()),
            0xB0 => self.read_binary(command),
            0xB2 => done(self.read_record(command)),
            0xC0 => self.get_response(command),
            _ => Err(0x6D00),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Answer {
        match (command.p1, command.data) {
            (0x04 | 0x02, []) => Err(0x6700),
            (0x04, aid) => {
                let found = self
                    .applications
                    .iter()
                    .position(|application| application.aid == aid);
                let found = found.ok_or(0x6A82_u16)?;
                // Whether a real card forgets what was verified here is not known; this one does.
                self.reset();
                self.current = Some(found);
                Ok(Vec::new())
            }
            (0x02, &[high, low]) => {
                let id = u16::from_be_bytes([high, low]);
                let application = self.current()?;
                let is_there = application.files.contains_key(&id)
                    || application.keys.contains_key(&id)
                    || application.signers.contains_key(&id);
                self.selected = Some(is_there.then_some(id).ok_or(0x6A82_u16)?);
                Ok(Vec::new())
            }
            _ => Err(0x6A86),
        }
    }

    fn verify(&mut self, command: &Command<'_>) -> Answer {
        let id = self.named(command.p2)?;
        let key = self.current()?.keys.get_mut(&id).ok_or(0x6A82_u16)?;
        if key.tries_left == 0 {
            return Err(0x6984);
        }
        if !command.data.is_empty() {
            if command.data == key.secret {
                key.verified = true;
                key.tries_left = key.tries_max;
                return Ok(Vec::new());
            }
            key.verified = false;
            key.tries_left -= 1;
        }
        Err(0x63C0 | u16::from(key.tries_left))
    }

    fn read_binary(&mut self, command: &Command<'_>) -> Result<Reply, u16> {
        let le = command.le.ok_or(0x6700_u16)?;
        let (id, offset) = match command.p1 {
            0x80.. => (self.named(command.p1)?, usize::from(command.p2)),
            _ => {
                let offset = u16::from_be_bytes([command.p1, command.p2]);
                (self.selected.ok_or(0x6986_u16)?, usize::from(offset))
            }
        };
        let manner = self.manner;
        let file = self.open_file(id, false)?;
        let rest = file
            .content
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(0x6B00_u16)?;
        let short = u8::try_from(rest.len()).ok().filter(|_| rest.len() < le);
        match (manner, short) {
            (Manner::ExactLe, Some(there)) => Err(0x6C00 | u16::from(there)),
            (Manner::EndOfFile, Some(_)) => Ok(Reply {
                data: rest.to_vec(),
                status: 0x6282,
            }),
            (Manner::InPieces, _) => {
                let whole = rest.iter().copied().take(le).collect();
                self.rest = whole;
                Ok(self.piece(PIECE_BYTES))
            }
            (Manner::Plain | Manner::LongForm | Manner::ExactLe | Manner::EndOfFile, _) => {
                Ok(Ok(rest.iter().copied().take(le).collect()).into())
            }
        }
    }

    fn get_response(&mut self, command: &Command<'_>) -> Result<Reply, u16> {
        let le = command.le.ok_or(0x6700_u16)?;
        if self.rest.is_empty() {
            return Err(0x6985);
        }
        Ok(self.piece(le))
    }

    /// The next bytes of an answer in pieces, with `61xx` when more are there.
    fn piece(&mut self, bytes_max: usize) -> Reply {
        let data: Vec<u8> = self.rest.drain(..bytes_max.min(self.rest.len())).collect();
        let status = match self.rest.len() {
            0 => 0x9000,
            // 256 and more are announced as 00.
            more => 0x6100 | u16::from(u8::try_from(more).unwrap_or(0)),
        };
        Reply { data, status }
    }

    fn read_record(&mut self, command: &Command<'_>) -> Answer {
        // The low three bits say that P1 is a record's number; the rest is a short identifier.
        if command.p2 & 0x07 != 4 {
            return Err(0x6A86);
        }
        let id = self.named(command.p2 >> 3)?;
        let file = self.open_file(id, true)?;
        if command.p1 != 1 {
            return Err(0x6A83);
        }
        Ok(file.content.clone())
    }

    fn open_file(&mut self, id: Id, as_record: bool) -> Result<&File, u16> {
        let application = self.current()?;
        let file = application.files.get(&id).ok_or(0x6A82_u16)?;
        if file.is_record != as_record {
            return Err(0x6981);
        }
        if !application.is_open(file.opened_by) {
            return Err(0x6982);
        }
        Ok(file)
    }

    /// PERFORM SECURITY OPERATION: a PKCS#1 v1.5 signature over the DigestInfo that was sent.
    fn sign(&mut self, command: &Command<'_>) -> Answer {
        if command.data.is_empty() {
            return Err(0x6700);
        }
        let id = match command.p2 {
            0 => self.current()?.default_signer.ok_or(0x6A88_u16)?,
            named => self.named(named)?,
        };
        let application = self.current()?;
        let signer = application.signers.get(&id).ok_or(0x6A88_u16)?;
        if !application.is_open(signer.opened_by) {
            return Err(0x6982);
        }
        signer
            .key
            .sign(Pkcs1v15Sign::new_unprefixed(), command.data)
            .map_err(|_| 0x6A80)
    }

    /// GET CHALLENGE. The numbers follow from how many were asked for: a test must be repeatable.
    fn challenge(&mut self, command: &Command<'_>) -> Answer {
        let le = command.le.ok_or(0x6700_u16)?;
        self.challenges += 1;
        let number = Sha256::digest(self.challenges.to_be_bytes());
        Ok(number.iter().copied().cycle().take(le.min(256)).collect())
    }

    fn session_key(&mut self) -> Answer {
        Err(self.current()?.session_key_status)
    }

    fn current(&mut self) -> Result<&mut Application, u16> {
        self.current
            .and_then(|place| self.applications.get_mut(place))
            .ok_or(0x6985)
    }

    /// The file or key that the low five bits name, which is selected by that; or the one selected before.
    fn named(&mut self, parameter: u8) -> Result<Id, u16> {
        self.current()?;
        match parameter & 0x1F {
            0 => self.selected.ok_or(0x6986),
            _ if self.manner == Manner::LongForm => Err(0x6A86),
            short => {
                self.selected = Some(Id::from(short));
                Ok(Id::from(short))
            }
        }
    }
}

impl Chip for FileChip {
    fn atr(&self) -> &[u8] {
        self.atr
    }

    fn reset(&mut self) {
        self.applications
            .iter_mut()
            .for_each(Application::forget_verified);
        self.current = None;
        self.selected = None;
        self.rest.clear();
    }

    fn carry_out(&mut self, command: &Command<'_>) -> Reply {
        self.answer(command)
            .unwrap_or_else(|status| Err(status).into())
    }

    fn place(&self) -> Option<Place> {
        let application = self.applications.get(self.current?)?;
        Some(Place {
            application: application.name,
            file: self.selected,
        })
    }

    fn counters(&self) -> Vec<Counter> {
        let keys = self.applications.iter().flat_map(|a| a.keys.values());
        keys.filter_map(|key| {
            Some(Counter {
                name: key.name?,
                left: key.tries_left,
            })
        })
        .collect()
    }
}

impl Application {
    /// Whether any of these keys was verified; no keys means free.
    fn is_open(&self, opened_by: &[Id]) -> bool {
        opened_by.is_empty()
            || opened_by
                .iter()
                .any(|id| self.keys.get(id).is_some_and(|key| key.verified))
    }

    fn forget_verified(&mut self) {
        self.keys.values_mut().for_each(|key| key.verified = false);
    }
}

impl Key {
    /// A key with all its tries.
    pub(crate) fn new(name: &'static str, secret: &str, tries: u8) -> Self {
        Self {
            name: Some(name),
            secret: secret.as_bytes().to_vec(),
            tries_max: tries,
            tries_left: tries,
            verified: false,
        }
    }

    /// A key that was blocked from issuance, as one is on every card that was examined.
    pub(crate) fn blocked() -> Self {
        Self {
            name: None,
            secret: Vec::new(),
            tries_max: 0,
            tries_left: 0,
            verified: false,
        }
    }
}

/// A file of these bytes.
pub(crate) fn file(content: Vec<u8>, opened_by: &'static [Id]) -> File {
    made_file(move || content, opened_by)
}

/// A file whose bytes are made when they are read first.
pub(crate) fn made_file(
    make: impl FnOnce() -> Vec<u8> + Send + 'static,
    opened_by: &'static [Id],
) -> File {
    File {
        content: LazyLock::new(Box::new(make)),
        opened_by,
        is_record: false,
    }
}

/// A file of one record.
pub(crate) fn record(content: Vec<u8>, opened_by: &'static [Id]) -> File {
    File {
        is_record: true,
        ..file(content, opened_by)
    }
}
