//! One card on one PC/SC reader, connected for nobody but us.

use std::ffi::CStr;
use std::time::Duration;

use card::allow::{Command, CredentialCommand};
use card::apdu::{RESPONSE_BYTES_MAX, Response};
use card::session::{Kind, Trouble};
use card::{CardTransport, Fault};
use pcsc::Error;
use zeroize::Zeroizing;

use super::atr::AtrMeaning;
use super::service::{Service, ServiceCard, ServiceContext};
use super::watchdog::Watchdog;

/// How often, and each time how long, another program is waited for that holds the card: two seconds. Some
/// look at every card for a moment.
const BUSY_PAUSES_MAX: u32 = 20;
const BUSY_PAUSE_MS: u64 = 100;
/// How often, and each time how long, a card is waited for that has no power yet: one that is just being put down.
const SETTLING_PAUSES_MAX: u32 = 3;
const SETTLING_PAUSE_MS: u64 = 150;

/// The longest a connect and a command may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect: Duration,
    pub(crate) command: Duration,
}

/// A connected card. When it goes, the card's power goes, and with it whatever the card had been convinced of.
pub(crate) struct ConnectedCard<C: ServiceCard> {
    /// `None` only while it is being dropped.
    card: Option<C>,
    limits: Limits,
    watchdog: Watchdog,
}

impl<C: ServiceCard> ConnectedCard<C> {
    /// Connects to the card on a reader, in a context of its own: after a fault nothing of it is used again.
    pub(crate) fn connect<S>(
        service: &S,
        reader: &CStr,
        atr: &[u8],
        limits: Limits,
        watchdog: &Watchdog,
    ) -> Result<Self, Trouble>
    where
        S: Service,
        S::Context: ServiceContext<Card = C>,
    {
        if let Some(kind) = AtrMeaning::of(atr).storage() {
            return Err(Trouble::AnotherCard(kind));
        }
        let (mut busy, mut settling) = (0, 0);
        loop {
            let connected = watchdog.within(limits.connect, || service.context()?.connect(reader));
            let error = match connected {
                Ok(card) => {
                    return Ok(Self {
                        card: Some(card),
                        limits,
                        watchdog: watchdog.clone(),
                    });
                }
                Err(error) => error,
            };
            if error == Error::SharingViolation && busy < BUSY_PAUSES_MAX {
                busy += 1;
                service.pause(Duration::from_millis(BUSY_PAUSE_MS));
            } else if is_settling(error) && settling < SETTLING_PAUSES_MAX {
                settling += 1;
                service.pause(Duration::from_millis(SETTLING_PAUSE_MS));
            } else {
                return Err(not_connected(error));
            }
        }
    }

    /// Sends bytes and takes the answer, which has at most so many, within the limit of a command.
    fn exchange(&self, command: &[u8], answer_bytes_max: usize) -> Result<Response, Fault> {
        let card = self.card.as_ref().ok_or(Fault::Removed)?;
        // Longer than the answer may be, so that one too long is seen and not cut.
        let mut answer = Zeroizing::new(vec![0; answer_bytes_max + RESPONSE_BYTES_MAX]);
        self.watchdog.within(self.limits.command, || {
            match card.transmit(command, &mut answer) {
                Ok(answer) if answer.len() > answer_bytes_max => Err(Fault::Refused),
                Ok(answer) => Response::parse(answer.to_vec()),
                Err(error) => Err(fault(error)),
            }
        })
    }
}

impl<C: ServiceCard> CardTransport for ConnectedCard<C> {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.exchange(command.bytes(), command.answer_bytes_max())
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.exchange(command.expose(), RESPONSE_BYTES_MAX)
    }
}

impl<C: ServiceCard> Drop for ConnectedCard<C> {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            self.watchdog.within(self.limits.connect, || card.leave());
        }
    }
}

/// The card may be on its way down to the plate, or into the slot.
fn is_settling(error: Error) -> bool {
    matches!(
        error,
        Error::UnresponsiveCard | Error::UnpoweredCard | Error::CommDataLost | Error::ResetCard
    )
}

/// Why there is no connection.
fn not_connected(error: Error) -> Trouble {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "PC/SC has dozens of errors; the rest mean what they mean for a command"
    )]
    match error {
        Error::NoSmartcard | Error::RemovedCard => Trouble::NoCard,
        // It got power and did not answer: upside down in the slot, or broken.
        error if is_settling(error) => Trouble::Silent,
        // A card that speaks neither protocol of ISO/IEC 7816-3.
        Error::ProtoMismatch | Error::UnsupportedCard => Trouble::AnotherCard(Kind::Unknown),
        error => fault(error).into(),
    }
}

/// What an error of PC/SC means for the card.
fn fault(error: Error) -> Fault {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "PC/SC has dozens of errors; the rest all mean the same"
    )]
    match error {
        Error::RemovedCard
        | Error::ResetCard
        | Error::NotTransacted
        | Error::NoSmartcard
        | Error::UnpoweredCard
        | Error::CommDataLost => Fault::Removed,
        Error::NoService
        | Error::ServiceStopped
        | Error::InvalidHandle
        | Error::ReaderUnavailable
        | Error::UnknownReader
        | Error::InvalidValue
        | Error::NoReadersAvailable
        | Error::SecurityViolation => Fault::ReaderLost,
        Error::SharingViolation => Fault::Busy,
        Error::Timeout | Error::UnresponsiveCard => Fault::Silent,
        _ => Fault::Refused,
    }
}

#[cfg(test)]
mod tests {
    use card::allow::{Application, select};

    use super::super::script::{Script, Step};
    use super::*;

    const SELECT: &str = "00A4040C0AD3921000310001010408";
    const READ_ENTRIES: &str = "08B08300000004960200000000";

    fn connect(script: &Script, atr: &[u8]) -> Result<ConnectedCard<Script>, Trouble> {
        let limits = Limits {
            connect: Duration::from_secs(60),
            command: Duration::from_secs(60),
        };
        let watchdog = Watchdog::start(|| panic!("nothing takes so long here"));
        ConnectedCard::connect(script, c"A", atr, limits, &watchdog)
    }

    fn refused(times: usize, error: Error) -> Vec<Step> {
        (0..times)
            .flat_map(|_| [Step::context(), Step::Connect("A", Err(error))])
            .collect()
    }

    #[test]
    fn every_error_of_a_connect_is_an_event_of_an_ordinary_day() {
        for (error, times, trouble) in [
            (Error::NoSmartcard, 1, Trouble::NoCard),
            (Error::RemovedCard, 1, Trouble::NoCard),
            (Error::ProtoMismatch, 1, Trouble::AnotherCard(Kind::Unknown)),
            (Error::SharingViolation, 21, Trouble::Busy),
            (Error::UnresponsiveCard, 4, Trouble::Silent),
            (Error::UnpoweredCard, 4, Trouble::Silent),
            (Error::NoService, 1, Trouble::NoReader),
            (Error::UnknownReader, 1, Trouble::NoReader),
            (Error::ReaderUnavailable, 1, Trouble::NoReader),
            (Error::InvalidValue, 1, Trouble::NoReader),
            (Error::SecurityViolation, 1, Trouble::NoReader),
            (Error::InternalError, 1, Trouble::Unreadable),
        ] {
            let script = Script::new(refused(times, error));
            assert_eq!(connect(&script, &[]).err(), Some(trouble), "{error:?}");
            assert!(script.is_over(), "{error:?}");
            assert!(script.paused() <= Duration::from_secs(2), "{error:?}");
        }
        let script = Script::new(vec![Step::no_context(Error::NoService)]);
        assert_eq!(connect(&script, &[]).err(), Some(Trouble::NoReader));
    }

    #[test]
    fn a_card_that_is_let_go_or_comes_to_rest_is_connected() {
        for error in [Error::SharingViolation, Error::UnresponsiveCard] {
            let mut steps = refused(2, error);
            steps.extend([Step::context(), Step::connect("A"), Step::Left]);
            let script = Script::new(steps);
            drop(connect(&script, &[]).ok().unwrap());
            assert!(script.is_over(), "its power is cut at the end");
        }
    }

    #[test]
    fn a_storage_card_is_told_by_name_and_sent_nothing() {
        let felica = b"\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x11\x00\x3B\0\0\0\0\x42";
        let trouble = connect(&Script::default(), felica).err();
        assert_eq!(trouble, Some(Trouble::AnotherCard(Kind::TransitCard)));
    }

    #[test]
    fn an_answer_may_be_as_long_as_its_command_allows_and_no_longer() {
        for (command, bytes, is_taken) in [
            (SELECT, 256, true),
            (SELECT, 257, false),
            // The entries of a residence card of the second generation come in one answer.
            (READ_ENTRIES, 600, true),
            (READ_ENTRIES, 4_100, true),
        ] {
            let said: &'static str = ("AA".repeat(bytes) + "9000").leak();
            let steps = vec![
                Step::context(),
                Step::connect("A"),
                Step::Command(command, Ok(said)),
                Step::Left,
            ];
            let script = Script::new(steps);
            let card = connect(&script, &[]).ok().unwrap();
            let bytes_max = if command == SELECT { 258 } else { 65_538 };
            let hex = command.as_bytes().chunks(2);
            let hex = hex.map(|it| u8::from_str_radix(str::from_utf8(it).unwrap(), 16).unwrap());
            let answer = card.exchange(&hex.collect::<Vec<u8>>(), bytes_max);
            assert_eq!(
                answer.map(|it| it.data().len()).ok(),
                is_taken.then_some(bytes)
            );
        }
    }

    #[test]
    fn an_answer_that_is_cut_off_is_no_answer_whatever_the_call_says() {
        for (said, fault) in [
            (Ok(""), Fault::Torn),
            (Ok("90"), Fault::Torn),
            (Ok("FF2065DF2108000E"), Fault::Torn),
            (Err(Error::NotTransacted), Fault::Removed),
            (Err(Error::ResetCard), Fault::Removed),
            (Err(Error::NoService), Fault::ReaderLost),
            (Err(Error::InvalidHandle), Fault::ReaderLost),
            (Err(Error::Timeout), Fault::Silent),
            (Err(Error::SharingViolation), Fault::Busy),
            (Err(Error::InsufficientBuffer), Fault::Refused),
        ] {
            let script = Script::new(vec![
                Step::context(),
                Step::connect("A"),
                Step::Command(SELECT, said),
                Step::Left,
            ]);
            let mut card = connect(&script, &[]).ok().unwrap();
            let answer = card.transmit(&select(Application::CardFaceInput));
            assert_eq!(answer.err(), Some(fault), "{said:?}");
            drop(card);
            assert!(script.is_over());
        }
    }
}
