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

mod books;
mod carry;

use std::thread;

use booking::{Cursor, Plan};
use chrono::{DateTime, Utc};
use queue::{Actor, BusinessDay, CounterId, Name, TicketId};
use store::{Batch, Case, CaseOpening, OpeningPurpose, Reader, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use wire::{
    Code,
    office::{BookingView, VisitView},
};
use zeroize::Zeroizing;

pub(crate) use books::{Books, Mirror};
pub(crate) use carry::parse_key;

use crate::{live::Snapshot, problem::Refused, secret::Digest, session::Session};

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
    /// What.
    pub(crate) ask: Ask,
}

/// What may be asked.
pub(crate) enum Ask {
    /// A ticket.
    Issue {
        /// For what.
        service: String,
        /// Language the citizen chose.
        language: String,
        /// The booking's number, as typed.
        booking: Option<String>,
        /// The finished application, checked, to be sealed with the ticket.
        case: Option<Zeroizing<Vec<u8>>>,
    },
    /// Anything that the queue decides by itself.
    Queue(queue::Command),
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
    books: Books,
) -> std::io::Result<(Owner, oneshot::Receiver<Result<(), OwnerEnded>>)> {
    let (inbox, messages) = mpsc::channel(INBOX_MESSAGES_MAX);
    let (ended, end) = oneshot::channel();
    thread::Builder::new().name("owner".into()).spawn(move || {
        let run = std::panic::AssertUnwindSafe(|| run(store, books, messages));
        let result = std::panic::catch_unwind(run).unwrap_or(Err(OwnerEnded::Panicked));
        let _ = ended.send(result);
    })?;
    Ok((Owner { inbox }, end))
}

fn run(
    mut store: Store,
    mut books: Books,
    mut messages: mpsc::Receiver<Message>,
) -> Result<(), OwnerEnded> {
    let mut group = Vec::with_capacity(GROUP_MESSAGES_MAX);
    loop {
        if messages.is_empty() && std::mem::take(&mut books.erased) {
            // What was erased shall not linger in the write-ahead log; now nobody waits for us.
            store.scrub()?;
        }
        if messages.blocking_recv_many(&mut group, GROUP_MESSAGES_MAX) == 0 {
            return Ok(());
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
    } else {
        for message in group.drain(..) {
            match message {
                Message::Read(read) => reads.push(read),
                Message::Stop => stop = true,
                Message::Command(..) | Message::Write(..) | Message::Tick => {}
            }
        }
    }
    books.tell(store.read())?;
    // Whoever has gone away meanwhile asks again with the same key.
    for (reply, answer) in answers {
        let _ = reply.send(answer);
    }
    for reply in writes {
        let _ = reply.send(());
    }
    for read in reads {
        read(books, store.read());
    }
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
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, Refused> {
        self.read(|books, _| books.snapshot()).await?
    }

    /// What the phone page of this token shows.
    pub(crate) async fn visit(&self, token: String) -> Result<Option<VisitView>, Refused> {
        self.read(move |books, reader| {
            let ticket = reader.ticket_of_token(&token)?;
            Ok(ticket.and_then(|ticket| books.moment().visit(&ticket)))
        })
        .await?
        .map_err(|error: StoreError| Refused::internal("reading a visit", &error))
    }

    /// What stands on the slip of a ticket of today.
    pub(crate) async fn number(&self, ticket: TicketId) -> Result<Option<String>, Refused> {
        self.read(move |books, _| {
            let found = books.moment().state.ticket(&ticket);
            found.map(|ticket| ticket.number.to_string())
        })
        .await
    }

    /// The last event there is; the owner answers only while it works.
    pub(crate) async fn seq(&self) -> Result<u64, Refused> {
        self.read(|books, _| books.moment().seq).await
    }

    /// How many kiosks call for staff.
    pub(crate) async fn help_calls(&self) -> Result<usize, Refused> {
        self.read(|books, _| books.moment().state.help().count())
            .await
    }

    /// The visits of a business day, by issue.
    pub(crate) async fn visits(&self, day: BusinessDay) -> Result<Vec<store::VisitRow>, Refused> {
        self.read(move |_, reader| reader.visits(day))
            .await?
            .map_err(|error| Refused::internal("reading visits", &error))
    }

    /// Opens a case, after it is written down who does and for what.
    pub(crate) async fn case(
        &self,
        ticket: TicketId,
        clerk: Name,
        purpose: OpeningPurpose,
    ) -> Result<Case, Refused> {
        let open = move |_: &mut Books, reader: &Reader| reader.case(ticket);
        match self.read(open).await?.map_err(unreadable_case)? {
            Case::Open { .. } => {}
            other @ (Case::None | Case::Erased { .. }) => return Ok(other),
        }
        self.write(move |books, batch| {
            let at = books.now();
            let opening = CaseOpening { clerk, purpose, at };
            batch.note_opening(ticket, &opening)
        })
        .await?;
        self.read(open).await?.map_err(unreadable_case)
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

    /// Keeps a login.
    pub(crate) async fn begin_session(
        &self,
        token: Digest,
        account: Name,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Refused> {
        self.write(move |books, batch| {
            batch.start_session(&token, &account, expires_at, books.now())
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

    /// Forgets a login.
    pub(crate) async fn end_session(&self, token: Digest) -> Result<(), Refused> {
        self.write(move |_, batch| batch.end_session(&token)).await
    }

    /// Tells the owner that time has passed. A full inbox needs no telling.
    pub(crate) fn tick(&self) {
        let _ = self.inbox.try_send(Message::Tick);
    }

    /// Lets the owner end after everything that is already in its inbox.
    pub(crate) async fn stop(&self) {
        let _ = self.inbox.send(Message::Stop).await;
    }

    async fn read<T: Send + 'static>(
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

    fn send(&self, message: Message) -> Result<(), Refused> {
        self.inbox
            .try_send(message)
            .map_err(|_| Refused::for_seconds(Code::Unavailable, 1))
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
