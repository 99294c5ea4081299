//! What an administrator does with the data folder: look at the audit trail, back up, restore, purge. Each task
//! returns what there is to say, in Japanese and English.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use office::Office;
use queue::{ANY_KIOSK, Actor, BusinessDay, Command, Name, Refusal, State, decide};
use store::{
    Action, AuditEntry, AuditFault, Batch, Head, OpenError, Reader, Restore, RestoreMay, Store,
    backup_name,
};

use crate::{Clock, owner::retention};

/// From where an administrator's tasks come, in the audit trail.
const PLACE: &str = "uketsuke-hub";
/// No service gives more numbers in an hour: so many for each hour since the backup are passed over, unless
/// somebody says otherwise.
const SKIP_PER_HOUR: u16 = 100;

/// The audit trail: who did what, from where, when. The hub may be running.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the whole trail and name the first row that is not as it was written.
    Verify {
        /// The hub's data folder.
        #[arg(long)]
        data: PathBuf,
        /// A head that was noted earlier (`audit head`): then rows that were cut off since are missed, too.
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<Head>,
    },
    /// Print the newest row's number and hash, to note elsewhere.
    Head {
        /// The hub's data folder.
        #[arg(long)]
        data: PathBuf,
    },
}

/// Copy the database into a folder, checked. The hub may be running.
#[derive(Debug, Args)]
pub struct Backup {
    /// The hub's data folder.
    #[arg(long)]
    data: PathBuf,
    /// The folder in which the copy is to be.
    #[arg(long)]
    to: PathBuf,
}

/// Let a backup take the place of the database. The hub must not be running.
#[derive(Debug, Args)]
pub struct RestoreBackup {
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The hub's data folder.
    #[arg(long)]
    data: PathBuf,
    /// The office's configuration.
    #[arg(long, default_value = "kiosk-config")]
    config: PathBuf,
    /// Put the database that is there aside; it is not deleted.
    #[arg(long)]
    replace: bool,
    /// Restore although somebody edited the backup's audit trail: where nothing better is left.
    #[arg(long)]
    break_the_trail: bool,
    /// Numbers of each service to pass over, because they may stand on paper since the backup was made; if
    /// nothing is said, a hundred for each hour since then.
    #[arg(long, value_name = "N")]
    skip: Option<u16>,
}

/// Take what is older than office.toml allows, now. The hub must not be running; it does so itself every day.
#[derive(Debug, Args)]
pub struct Purge {
    /// The hub's data folder.
    #[arg(long)]
    data: PathBuf,
    /// The office's configuration.
    #[arg(long, default_value = "kiosk-config")]
    config: PathBuf,
}

/// Looks at the audit trail.
///
/// # Errors
/// The first row that is not as it was written, or why the database cannot be read.
pub fn audit(command: &Audit) -> anyhow::Result<String> {
    match command {
        Audit::Head { data } => Ok(open(data)?.head()?.to_string()),
        Audit::Verify { data, head } => match open(data)?.verify_audit(*head) {
            Ok(report) => {
                let (rows, head) = (report.rows, report.head);
                let purged = report.purged_through.map_or_else(String::new, |through| {
                    format!(
                        "\n{through}番までの記録は、保存期間を過ぎたため削除済みです。\nRows up to {through} were purged as the office's policy says."
                    )
                });
                Ok(format!(
                    "監査記録 {rows} 件に、書き換え・抜け・入れ替えはありません。\n{rows} rows of the audit trail are as they were written.{purged}\n{head}"
                ))
            }
            Err(fault) => Err(anyhow::anyhow!("{}\n{fault}", in_japanese(&fault))),
        },
    }
}

fn open(data: &Path) -> anyhow::Result<Reader> {
    Reader::open(data).with_context(|| format!("{} cannot be read", data.display()))
}

fn in_japanese(fault: &AuditFault) -> String {
    match fault {
        AuditFault::Changed { seq } => format!("監査記録の{seq}番が、書かれたときと違います。"),
        AuditFault::Missing { seq } => format!("監査記録の{seq}番がありません。"),
        AuditFault::CutOff { found, expected } => {
            format!("監査記録が{found}番で終わっています。{expected}番まであったはずです。")
        }
        AuditFault::OtherHead { seq } => {
            format!("監査記録の{seq}番が、控えた値と違います。")
        }
        AuditFault::HeadPurged { seq, through } => format!(
            "控えの{seq}番は、保存期間を過ぎて削除されています（{through}番まで）。新しい控えで確かめてください。"
        ),
        AuditFault::Store(_) => "監査記録を読めません。".to_owned(),
    }
}

/// Copies the database into a folder.
///
/// # Errors
/// When the copy cannot be made or does not pass its checks; no file is left then.
pub fn backup(arguments: &Backup) -> anyhow::Result<String> {
    let Backup { data, to } = arguments;
    let (reader, now) = (open(data)?, Clock::real().now());
    std::fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    let report = reader.backup_to(&to.join(backup_name(now)), now)?;
    let name = backup_name(now);
    let noted = write_down(data, &reader, Action::BackedUp, Some(name), now)?;
    let fault = report.trail_fault.map_or_else(String::new, |fault| {
        format!("\n監査記録に誤りがあります。audit verify で確かめてください。\nThe audit trail: {fault}")
    });
    let noted = if noted {
        ""
    } else {
        "\nハブが動いているため、監査記録には書いていません。\nThe hub is running, so the audit trail does not tell of it."
    };
    Ok(format!(
        "{}\nバックアップを作り、中身を確かめました（番号札 {} 件、記録 {} 件、{} バイト）。申請の内容と鍵は含みません。\n\
         The backup was made and checked ({} tickets, {} events, {} bytes). It holds no applications and no keys.{noted}{fault}\n{}",
        report.path.display(),
        report.tickets,
        report.events,
        report.bytes,
        report.tickets,
        report.events,
        report.bytes,
        report.head,
    ))
}

/// Adds a row to the trail of a hub that is not running; tells whether it could.
fn write_down(
    data: &Path,
    reader: &Reader,
    action: Action,
    subject: Option<String>,
    now: DateTime<Utc>,
) -> anyhow::Result<bool> {
    let mut store = match Store::open(data, &reader.office()?) {
        Ok(store) => store,
        Err(OpenError::InUse { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let mut batch = store.batch()?;
    batch.audit(&entry(action, subject, now))?;
    batch.commit()?;
    Ok(true)
}

/// A row of what was done on the hub's own machine.
pub(crate) fn entry(action: Action, subject: Option<String>, now: DateTime<Utc>) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: Actor::Hub,
        place: PLACE.to_owned(),
        action,
        subject,
    }
}

/// Lets a backup take the place of the database, and passes over the numbers that may stand on paper since.
///
/// # Errors
/// When a hub is running, when there is a database and it was not said that it may be put aside, or when the
/// file is no whole backup of this office. The database is as it was then.
pub fn restore(arguments: &RestoreBackup) -> anyhow::Result<String> {
    let RestoreBackup {
        from,
        data,
        config,
        replace,
        break_the_trail,
        skip,
    } = arguments;
    let may = RestoreMay {
        replace: *replace,
        break_the_trail: *break_the_trail,
    };
    let (office, now) = (load(config)?, Clock::real().now());
    crate::make_folder(data)?;
    let mut restore = Restore::prepare(from, data, &office.id, may)?;
    let head = restore.head();
    let store = restore.store();
    let (mut state, _) = store.read().state()?;
    let tickets = state.tickets().len();
    let newest = store.read().audit_before(u64::MAX, 1)?;
    let written_at = newest.first().map(|line| line.at);
    let put_out = put_out_since(data, store.read());
    let mut batch = store.batch()?;
    for device in &put_out {
        batch.revoke_device(device.id, device.revoked_at.unwrap_or(now))?;
    }
    let count = skip.unwrap_or_else(|| skip_since(&office, written_at, now));
    let skipped = pass_over(&mut batch, &office, &mut state, count, now)?;
    set_aside_leases(&mut batch, &office, &mut state, now)?;
    batch.audit(&entry(Action::Restored, Some(head.to_string()), now))?;
    batch.commit()?;
    let aside = restore.install(now)?;
    let mut said = vec![
        format!(
            "{} から復元しました（その日の番号札 {tickets} 件、監査記録 {} 番まで）。",
            from.display(),
            head.seq
        ),
        format!(
            "Restored from {} ({tickets} tickets of its day, audit trail up to row {}).",
            from.display(),
            head.seq
        ),
    ];
    if !skipped.is_empty() {
        let services = skipped.join(", ");
        said.push(format!(
            "バックアップの後に紙で出た番号と重ならないよう、番号を飛ばしました: {services}"
        ));
        said.push(format!(
            "Numbers that may stand on paper since the backup are passed over: {services}"
        ));
    }
    if let Some(aside) = aside {
        said.push(format!(
            "前のデータは {} にあります。申請の内容も残っているので、不要になったら削除してください。",
            aside.display()
        ));
        said.push(format!(
            "What was there before is in {}. It still holds applications: remove it when it is not needed.",
            aside.display()
        ));
    }
    said.push("申請の内容と、ログイン中の状態は復元されません。職員はもう一度ログインしてください。バックアップの後に変えたアカウントも元に戻っています。".to_owned());
    said.push("Applications and logins are not restored; staff log in again. Accounts are as they were in the backup, too.".to_owned());
    Ok(said.join("\n"))
}

/// Devices that the database that was there had put out and the backup still lets in. Where that database
/// cannot be read, none: it is replaced because it is damaged.
fn put_out_since(data: &Path, restored: &Reader) -> Vec<store::Device> {
    let before = Reader::open(data).and_then(|reader| Ok(reader.devices()?));
    let (Ok(before), Ok(now)) = (before, restored.devices()) else {
        return Vec::new();
    };
    let still_in = |device: &store::Device| {
        now.iter()
            .any(|it| it.id == device.id && it.revoked_at.is_none())
    };
    before
        .into_iter()
        .filter(|device| device.revoked_at.is_some() && still_in(device))
        .collect()
}

/// How many numbers each service may have given since the backup's newest row, or since the day began.
fn skip_since(office: &Office, written_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> u16 {
    let rules = &office.rules;
    let (dawn, _) = rules.day(now).bounds(rules.zone, rules.day_starts);
    let since = written_at.map_or(dawn, |at| at.max(dawn));
    let hours = u16::try_from((now - since).num_hours()).unwrap_or(0) + 1;
    SKIP_PER_HOUR.saturating_mul(hours)
}

/// Sets every number aside that a kiosk may have been given since the backup, of today and of the next opening day:
/// the hub does not know which, so it gives none of them anew and takes in whichever a kiosk tells of.
fn set_aside_leases(
    batch: &mut Batch<'_>,
    office: &Office,
    state: &mut State,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let today = office.rules.day(now);
    let days: Vec<BusinessDay> = std::iter::once(today)
        .chain(office.rules.next_opening_day(today))
        .collect();
    for day in days {
        for service in &office.rules.services {
            let command = Command::Lease {
                kiosk: Name::parse(ANY_KIOSK)?,
                day,
                service: service.id.clone(),
                count: u16::MAX,
            };
            let events = match decide(state, &office.rules, &Actor::Hub, &command, now) {
                // Kiosks have all that kiosks may have, and the backup knows it.
                Err(Refusal::NumbersExhausted(_)) => continue,
                decided => decided?,
            };
            for event in &events {
                state.evolve(event)?;
            }
            batch.append(&events, state, PLACE)?;
        }
    }
    Ok(())
}

/// Begins the day, if it is another than the backup's, and passes over numbers of every service: which ones the
/// office has given since the backup was made, nobody knows any more.
fn pass_over(
    batch: &mut Batch<'_>,
    office: &Office,
    state: &mut State,
    count: u16,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<String>> {
    let mut skipped = Vec::new();
    let start = std::iter::once(Command::StartDay);
    let services = office.rules.services.iter().filter(|_| count > 0);
    let skips = services.map(|service| Command::SkipNumbers {
        service: service.id.clone(),
        count,
    });
    for command in start.chain(skips) {
        let events = decide(state, &office.rules, &Actor::Hub, &command, now)?;
        for event in &events {
            state.evolve(event)?;
            if let queue::EventKind::NumbersSkipped { service, last } = &event.kind {
                skipped.push(format!("{service} → {last}"));
            }
        }
        batch.append(&events, state, PLACE)?;
    }
    Ok(skipped)
}

/// Takes what is older than the office's policy allows.
///
/// # Errors
/// When a hub is running, or the database cannot be used.
pub fn purge(arguments: &Purge) -> anyhow::Result<String> {
    let (office, now) = (load(&arguments.config)?, Clock::real().now());
    let mut store = Store::open(&arguments.data, &office.id)?;
    let (mut state, _) = store.read().state()?;
    let mut batch = store.batch()?;
    pass_over(&mut batch, &office, &mut state, 0, now)?;
    let rules = &office.rules;
    let (dawn, _) = rules.day(now).bounds(rules.zone, rules.day_starts);
    let erased = batch.erase_cases_sealed_before(dawn, now)?;
    if erased > 0 {
        batch.audit(&entry(Action::CasesErased, Some(erased.to_string()), now))?;
    }
    let purged = batch.purge(&retention(&office), now)?;
    batch.commit()?;
    store.scrub()?;
    Ok(format!(
        "保存期間を過ぎたものを削除しました: 来庁 {} 件、予約 {} 件、監査記録 {} 件、申請 {erased} 件。\n\
         Purged: {} visits, {} bookings, {} rows of the audit trail, {erased} applications.",
        purged.visits,
        purged.bookings,
        purged.audit_rows,
        purged.visits,
        purged.bookings,
        purged.audit_rows,
    ))
}

fn load(config: &Path) -> anyhow::Result<Office> {
    Office::load(config).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })
}
