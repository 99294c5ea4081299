//! The only thread that touches the queue and the database.
//!
//! It takes everything it finds in its inbox, decides each command against the state that the
//! command before it left, stores all of it in one transaction (one `fsync` for the whole group),
//! and only then answers, and tells whoever watches. So order is total, throughput grows with
//! load, and nobody hears of anything that a power cut could take back.
//!
//! When the commit fails, nobody knows what the disk holds. The thread ends, nobody is answered, and
//! [`crate::Hub::serve`] returns the error, so that a supervisor starts the hub again: the log is
//! replayed, and whoever asks again with the same key learns what became of it.

mod bookings;
mod books;
mod carry;
mod cases;
mod handovers;
mod keep;
mod late;
mod lease;
mod people;
mod prepared;
mod refusal;
mod sign;
mod tell;

use std::{path::Path, thread};

use booking::{Cursor, Plan};
use chrono::{DateTime, Utc};
use queue::{
    Actor, BusinessDay, CounterId, LanguageTag, Name, ServiceId, SlipState, TicketId, TicketNumber,
};
use store::{Action, AuditEntry, AuditLine, Batch, Reader, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use wire::{
    Code,
    office::{BookingView, VisitView},
};
use zeroize::Zeroizing;

pub(crate) use bookings::Mirror;
pub(crate) use books::{Books, Pulse, retention};
pub(crate) use carry::parse_key;
pub(crate) use cases::{Marks, no_case};
pub(crate) use handovers::{Done, Handed, Press};
pub(crate) use people::People;
pub(crate) use prepared::{Known, PreparedAsk, Preparer, Row, Visit, no_visit, subject};
pub(crate) use sign::{SignWish, Taken};

use crate::{
    case::Wish,
    live::{Audience, Snapshot},
    owner::keep::Keeper,
    problem::Refused,
    secret::Digest,
    session::Session,
};

/// Commits after which a quiet moment is used to write the log of changes back into the database's file.
const TIDY_COMMITS: u64 = 100;
/// Messages that may wait for the owner; when it is full, clients are told to try again.
pub(crate) const INBOX_MESSAGES_MAX: usize = 1_024;
/// Messages that share one transaction.
const GROUP_MESSAGES_MAX: usize = 256;

/// A command with its idempotency key.
pub(crate) struct Command {
    /// The caller's key.
    pub(crate) key: Uuid,
    /// The fingerprint of the request, by which a key that is used for something else is known.
    pub(crate) print: Digest,
    /// Who.
    pub(crate) actor: Actor,
    /// From where: a device's name or an address.
    pub(crate) place: String,
    /// What.
    pub(crate) ask: Ask,
}

/// What may be asked.
pub(crate) enum Ask {
    /// A ticket.
    Issue(Wanted),
    /// A ticket that a kiosk issued while the hub was away.
    IssueLeased(Leased),
    /// The numbers with which a kiosk can go on when the hub is away.
    Lease,
    /// One chosen ticket.
    Call {
        /// Where.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
        /// Whether this clerk may call somebody out of turn.
        may_choose: bool,
    },
    /// What is known of a second paper, which a citizen asked for at the kiosk.
    Reissued {
        /// Whose.
        ticket: TicketId,
        /// What.
        slip: SlipState,
        /// Which paper, as the kiosk names it.
        print: Option<Uuid>,
    },
    /// A ticket's slip from a kiosk's printer, or how it would look.
    Print {
        /// Whose.
        ticket: TicketId,
        /// Where.
        kiosk: String,
        /// A picture only.
        preview: bool,
    },
    /// A change of a case.
    ChangeCase {
        /// Whose.
        ticket: TicketId,
        /// What.
        wish: Wish,
    },
    /// Forms that were filled in after the number was taken.
    SupplyForms(Supplied),
    /// A form on the tablet of a clerk's counter, to be signed.
    Signature {
        /// Whose.
        ticket: TicketId,
        /// What.
        wish: SignWish,
    },
    /// What a tablet has taken.
    Signed(Taken),
    /// Something of a visit that is prepared beforehand.
    Prepared(PreparedAsk),
    /// The bookings' cancellations that were held back.
    ReleaseBookings,
    /// Anything that the queue decides by itself.
    Queue(queue::Command),
}

/// What a citizen filled in at the kiosk after taking the number there.
pub(crate) struct Supplied {
    /// Whose.
    pub(crate) ticket: TicketId,
    /// What; checked against the ticket's services.
    pub(crate) draft: wire::case::CaseDraft,
    /// What the visit needs by now, in order.
    pub(crate) services: Vec<queue::ServiceId>,
    /// What the number was taken for.
    pub(crate) taken_for: Vec<queue::ServiceId>,
}

/// What somebody comes for, checked as far as it can be without the queue.
pub(crate) struct Wanted {
    /// The first service.
    pub(crate) service: ServiceId,
    /// The services after it.
    pub(crate) then: Vec<ServiceId>,
    /// Language the citizen chose.
    pub(crate) language: LanguageTag,
    /// Considerate priority.
    pub(crate) considerate: bool,
    /// The booking's number, as typed.
    pub(crate) booking: Option<String>,
    /// The finished application, checked, to be sealed with the ticket.
    pub(crate) case: Option<Zeroizing<Vec<u8>>>,
}

/// A ticket that a kiosk issued from its lease.
pub(crate) struct Leased {
    /// The identity that the kiosk made.
    pub(crate) ticket: TicketId,
    /// The number on the paper.
    pub(crate) number: TicketNumber,
    /// When, by the kiosk's clock.
    pub(crate) issued_at: DateTime<Utc>,
    /// What is known of the paper.
    pub(crate) slip: SlipState,
    /// What the citizen asked for.
    pub(crate) wanted: Wanted,
    /// The key of a press for the same citizen whose outcome the kiosk never learnt.
    pub(crate) replaces: Option<Uuid>,
}

/// How many call for somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    /// Kiosks that call for staff.
    pub(crate) help: usize,
    /// Places where an alarm stands.
    pub(crate) alarms: usize,
}

/// Why the owner ended.
#[derive(Debug, thiserror::Error)]
pub enum OwnerEnded {
    /// The database failed. What the last group did is unknown until it is opened again.
    #[error(
        "the database failed; the outcome of the last commands is unknown until the hub is started again"
    )]
    Store(#[from] StoreError),
    /// An event that was just decided could not be followed.
    #[error("the queue contradicts itself")]
    Contradiction(#[from] queue::Contradiction),
    /// The thread panicked.
    #[error("the owner panicked")]
    Panicked,
}

type Reply<T> = oneshot::Sender<T>;
type Read = Box<dyn FnOnce(&mut Books, &Reader) + Send>;
type Write = Box<dyn FnOnce(&mut Books, &mut Batch<'_>) -> Result<(), StoreError> + Send>;

enum Message {
    Command(Box<Command>, Reply<Result<Vec<u8>, Refused>>),
    /// Answered after the group's commit, from what is committed.
    Read(Read),
    /// A change of something else than the queue.
    Write(Write, Reply<()>),
    /// Time has passed.
    Tick,
    Stop,
}

/// The way to the owner.
#[derive(Clone)]
pub(crate) struct Owner {
    inbox: mpsc::Sender<Message>,
}

/// Starts the owner.
pub(crate) fn spawn(
    store: Store,
    mut books: Books,
    data: &Path,
) -> std::io::Result<(Owner, oneshot::Receiver<Result<(), OwnerEnded>>)> {
    let (inbox, messages) = mpsc::channel(INBOX_MESSAGES_MAX);
    let (ended, end) = oneshot::channel();
    let keeper = Keeper::new(data, &inbox);
    keeper.clear_unfinished();
    books.last_backup = keeper.newest();
    thread::Builder::new().name("owner".into()).spawn(move || {
        let run = std::panic::AssertUnwindSafe(|| run(store, books, messages, &keeper));
        let result = std::panic::catch_unwind(run).unwrap_or(Err(OwnerEnded::Panicked));
        let _ = ended.send(result);
    })?;
    Ok((Owner { inbox }, end))
}

fn run(
    mut store: Store,
    mut books: Books,
    mut messages: mpsc::Receiver<Message>,
    keeper: &Keeper,
) -> Result<(), OwnerEnded> {
    let mut group = Vec::with_capacity(GROUP_MESSAGES_MAX);
    let mut tidied = books.commits;
    loop {
        if messages.is_empty() && books.erased {
            // What was erased shall not linger in the write-ahead log; now nobody waits for us. Where a backup is
            // being made, it is tried again with the next tick.
            books.erased = !store.scrub()?;
        }
        if std::mem::take(&mut books.backup_due) {
            keeper.back_up(store.reader()?, books.now(), books.backups_kept());
            keeper.clear_handoffs(&books.office, books.day().date());
        }
        if messages.blocking_recv_many(&mut group, GROUP_MESSAGES_MAX) == 0 {
            return Ok(());
        }
        let quiet = messages.is_empty() && matches!(group.as_slice(), [Message::Tick]);
        if quiet && books.commits - tidied >= TIDY_COMMITS {
            store.tidy()?;
            tidied = books.commits;
        }
        if carry_group(&mut store, &mut books, &mut group)? {
            return Ok(());
        }
    }
}

/// Carries one group to its end; true when the hub is to stop.
fn carry_group(
    store: &mut Store,
    books: &mut Books,
    group: &mut Vec<Message>,
) -> Result<bool, OwnerEnded> {
    let mut stop = false;
    let mut answers = Vec::new();
    let mut writes = Vec::new();
    let mut reads = Vec::new();
    books.look_at_the_clock();
    if group.iter().any(Message::changes_something) || books.day_is_over() {
        let mut batch = store.batch()?;
        books.turn_the_day(&mut batch)?;
        for message in group.drain(..) {
            match message {
                Message::Command(command, reply) => {
                    answers.push((reply, books.carry(&mut batch, *command)?));
                }
                Message::Write(write, reply) => {
                    write(books, &mut batch)?;
                    writes.push(reply);
                }
                Message::Read(read) => reads.push(read),
                Message::Tick => {}
                Message::Stop => stop = true,
            }
        }
        batch.commit()?;
        books.commits += 1;
    } else {
        for message in group.drain(..) {
            match message {
                Message::Read(read) => reads.push(read),
                Message::Stop => stop = true,
                Message::Command(..) | Message::Write(..) | Message::Tick => {}
            }
        }
    }
    // Whoever has gone away meanwhile asks again with the same key.
    for (reply, answer) in answers {
        let _ = reply.send(answer);
    }
    for reply in writes {
        let _ = reply.send(());
    }
    books.tell(store.read())?;
    for read in reads {
        read(books, store.read());
    }
    books.estimate();
    Ok(stop)
}

impl Message {
    fn changes_something(&self) -> bool {
        match self {
            Self::Command(..) | Self::Write(..) => true,
            Self::Read(_) | Self::Tick | Self::Stop => false,
        }
    }
}

impl Owner {
    /// Carries out a command, once for each key, and returns the bytes of its answer.
    pub(crate) async fn command(&self, command: Command) -> Result<Vec<u8>, Refused> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Command(Box::new(command), reply))?;
        answer.await.map_err(|_| unknown_outcome())?
    }

    /// A snapshot of everything, as it is sent to clients.
    pub(crate) async fn snapshot(&self, audience: Audience) -> Result<Snapshot, Refused> {
        self.read(move |books, _| books.snapshot(audience)).await?
    }

    /// What the phone page of this token shows.
    pub(crate) async fn visit(&self, token: String) -> Result<Option<VisitView>, Refused> {
        self.read(move |books, reader| {
            let ticket = reader.ticket_of_token(&token)?;
            Ok(ticket.and_then(|ticket| {
                let wait = books.wait_of(&ticket);
                books.moment().visit(&ticket, wait)
            }))
        })
        .await?
        .map_err(|error: StoreError| Refused::internal("reading a visit", &error))
    }

    /// How the office is; the owner answers only while it works.
    pub(crate) async fn pulse(&self) -> Result<Pulse, Refused> {
        self.read(|books, _| books.pulse()).await
    }

    /// How many call for somebody.
    pub(crate) async fn calls(&self) -> Result<Calls, Refused> {
        self.read(|books, _| {
            let state = books.moment().state;
            Calls {
                help: state.help().count(),
                alarms: state.alarms().count(),
            }
        })
        .await
    }

    /// Lines of the audit trail before a sequence number, newest first.
    pub(crate) async fn audit_before(
        &self,
        seq: u64,
        lines_max: usize,
    ) -> Result<Vec<AuditLine>, Refused> {
        self.read(move |_, reader| reader.audit_before(seq, lines_max))
            .await?
            .map_err(|error| Refused::internal("reading the audit trail", &error))
    }

    /// Writes into the audit trail what somebody did besides moving the queue.
    pub(crate) async fn audit(
        &self,
        actor: Actor,
        place: String,
        action: Action,
        subject: Option<String>,
    ) -> Result<(), Refused> {
        self.write(audited(actor, place, action, subject)).await
    }

    /// The same of the hub itself, before whatever is sent to the owner after this; nobody waits for it.
    pub(crate) fn audit_first(&self, action: Action, subject: Option<String>) {
        let write = audited(Actor::Hub, "hub".to_owned(), action, subject);
        let (reply, _) = oneshot::channel();
        let _ = self.send(Message::Write(Box::new(write), reply));
    }

    /// The visits of a business day, by issue.
    pub(crate) async fn visits(&self, day: BusinessDay) -> Result<Vec<store::VisitRow>, Refused> {
        self.read(move |_, reader| reader.visits(day))
            .await?
            .map_err(|error| Refused::internal("reading visits", &error))
    }

    /// The booking of this number today; refused when there is none or it has a ticket.
    pub(crate) async fn booking(&self, typed: String) -> Result<BookingView, Refused> {
        self.read(move |books, _| books.booking(&typed).map(|(view, _)| view))
            .await?
    }

    /// What the mirror holds of the reservation service's days.
    pub(crate) async fn mirror(&self, window: booking::Window) -> Result<Mirror, Refused> {
        self.read(move |books, reader| books.mirror(&window, reader))
            .await?
            .map_err(|error| Refused::internal("reading the mirror", &error))
    }

    /// Applies what the booking engine decided.
    pub(crate) async fn apply(&self, plan: Plan, before: Option<Cursor>) -> Result<(), Refused> {
        self.write(move |books, batch| books.apply(&plan, before.as_ref(), batch))
            .await
    }

    /// Writes down that the reservation service did not answer.
    pub(crate) async fn pull_failed(&self) -> Result<(), Refused> {
        self.write(Books::pull_failed).await
    }

    /// An account, if there is one of this name.
    pub(crate) async fn account(&self, name: String) -> Result<Option<store::Account>, Refused> {
        self.read(move |_, reader| reader.account(&name))
            .await?
            .map_err(|error| Refused::internal("reading an account", &error))
    }

    /// The counter that an account has open.
    pub(crate) async fn counter_of(&self, account: String) -> Result<Option<String>, Refused> {
        self.read(move |books, _| {
            let name = Name::parse(&account).ok()?;
            let counter = books.moment().state.counter_of(&name);
            counter.map(CounterId::to_string)
        })
        .await
    }

    /// The session of a token, if the database knows it.
    pub(crate) async fn session(&self, token: Digest) -> Result<Option<Session>, Refused> {
        let found = self
            .read(move |books, reader| reader.session(&token, books.now()))
            .await?
            .map_err(|error| Refused::internal("reading a session", &error))?;
        Ok(found.map(|found| Session::of(&found.account, found.expires_at)))
    }

    /// Tells the owner that time has passed. A full inbox needs no telling.
    pub(crate) fn tick(&self) {
        let _ = self.inbox.try_send(Message::Tick);
    }

    /// Lets the owner end after everything that is already in its inbox.
    pub(crate) async fn stop(&self) {
        let _ = self.inbox.send(Message::Stop).await;
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Books, &Reader) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Read(Box::new(move |books, reader| {
            let _ = reply.send(read(books, reader));
        })))?;
        answer.await.map_err(|_| Code::Unavailable.into())
    }

    /// Changes something else than the queue, in the group's transaction.
    pub(crate) async fn write(
        &self,
        write: impl FnOnce(&mut Books, &mut Batch<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Refused> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Write(Box::new(write), reply))?;
        answer.await.map_err(|_| unknown_outcome())
    }

    /// The same, with what became of it.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Books, &mut Batch<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let (told, outcome) = oneshot::channel();
        self.write(move |books, batch| {
            let _ = told.send(change(books, batch)?);
            Ok(())
        })
        .await?;
        outcome.await.map_err(|_| unknown_outcome())
    }

    fn send(&self, message: Message) -> Result<(), Refused> {
        self.inbox
            .try_send(message)
            .map_err(|_| Refused::for_seconds(Code::Unavailable, 1))
    }
}

fn audited(
    actor: Actor,
    place: String,
    action: Action,
    subject: Option<String>,
) -> impl FnOnce(&mut Books, &mut Batch<'_>) -> Result<(), StoreError> + Send + 'static {
    move |books, batch| {
        batch.audit(&AuditEntry {
            at: books.now(),
            actor,
            place,
            action,
            subject,
        })?;
        Ok(())
    }
}

fn unreadable_case(error: StoreError) -> Refused {
    Refused::internal("reading a case", &error)
}

/// The owner ended between taking a message and answering it.
fn unknown_outcome() -> Refused {
    Refused::with(
        Code::Unavailable,
        "the outcome is unknown; ask again with the same key",
    )
}
