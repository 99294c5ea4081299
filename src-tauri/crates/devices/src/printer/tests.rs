//! Against a scripted peer on loopback; the system tests use the virtual printer.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use slip::printer::{Failure, PrinterState, Report};
use slip::{Confirmation, Cut, Features, Job, JobId, Profile};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::queue::{self, Share, Spooler};
use super::{Order, PrinterPort, Settings, spawn};

const READY: [u8; 4] = [0x12; 4];
const POLL: [u8; 12] = [0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4];

fn settings(address: SocketAddr) -> Settings {
    let profile = Profile::new(Features {
        name: "scripted".to_owned(),
        dots: 576,
        dpi: 203,
        cut: Cut::Partial,
        tear_feed_rows: 0,
        confirmation: Confirmation::ProcessId,
        pushes_status: false,
        clears_buffer: true,
        band_rows_max: 128,
        ..Features::default()
    });
    Settings {
        backoff_least: Duration::from_millis(1),
        backoff_most: Duration::from_millis(1),
        ..Settings::new(address, profile.unwrap())
    }
}

fn job(bytes: usize) -> Job {
    Job {
        id: JobId::from_bytes(*b"0012").unwrap(),
        bytes: vec![0xAA; bytes],
    }
}

async fn expect(peer: &mut TcpStream, bytes: &[u8]) {
    let mut found = vec![0; bytes.len()];
    peer.read_exact(&mut found).await.unwrap();
    assert_eq!(found, bytes);
}

/// Empties the buffer when asked to, tells its name and that it is ready.
async fn greeted_after_clearing(peer: &mut TcpStream) {
    expect(peer, &[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]).await;
    peer.write_all(&[0x37, 0x25, 0x00]).await.unwrap();
    expect(peer, &[0x1B, 0x40, 0x1D, b'V', 66, 0, 0x1D, b'I', 67]).await;
    expect(peer, &POLL).await;
    peer.write_all(b"_TM-T88\0").await.unwrap();
    peer.write_all(&READY).await.unwrap();
}

/// A printer's port, its reports, and the peer that has answered the greeting.
async fn connected() -> (PrinterPort, mpsc::Receiver<Report>, TcpStream, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (sender, mut reports) = mpsc::channel(16);
    let port = spawn(settings(listener.local_addr().unwrap()), sender);
    let (mut peer, _) = listener.accept().await.unwrap();
    greeted_after_clearing(&mut peer).await;
    assert_eq!(
        reports.recv().await,
        Some(Report::State(PrinterState::Ready))
    );
    (port, reports, peer, listener)
}

#[tokio::test]
async fn a_slip_goes_out_once_and_is_printed_when_its_id_comes_back() {
    let (port, mut reports, mut peer, _listener) = connected().await;
    let slip = job(40_000);
    port.print(slip.clone());
    expect(&mut peer, &POLL).await;
    peer.write_all(&READY).await.unwrap();
    expect(&mut peer, &slip.bytes).await;
    assert!(matches!(
        reports.recv().await,
        Some(Report::FirstByte { job, .. }) if job == slip.id
    ));
    peer.write_all(b"\x37\x220012\0").await.unwrap();
    assert_eq!(reports.recv().await, Some(Report::SlipsOnRoll(1)));
    assert_eq!(reports.recv().await, Some(Report::Printed(slip.id)));
    drop(port);
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty(), "nothing else was sent");
}

#[tokio::test]
async fn a_refused_connection_is_off_line() {
    // Bound and dropped: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (sender, mut reports) = mpsc::channel(16);
    let port = spawn(settings(address), sender);
    assert_eq!(
        reports.recv().await,
        Some(Report::State(PrinterState::Offline))
    );
    let slip = job(2);
    port.print(slip.clone());
    let offline = Failure::NotReady(PrinterState::Offline);
    assert_eq!(reports.recv().await, Some(Report::Failed(slip.id, offline)));
}

#[tokio::test]
async fn a_connection_lost_during_a_slip_makes_it_unknown_and_the_buffer_is_cleared_next_time() {
    let (port, mut reports, mut peer, listener) = connected().await;
    let slip = job(40_000);
    port.print(slip.clone());
    expect(&mut peer, &POLL).await;
    peer.write_all(&READY).await.unwrap();
    let mut some = [0; 100];
    peer.read_exact(&mut some).await.unwrap();
    drop(peer);
    let mut told = Vec::new();
    while told.last() != Some(&Report::State(PrinterState::Offline)) {
        told.push(reports.recv().await.unwrap());
    }
    assert!(told.contains(&Report::Unknown(slip.id)));
    let (mut peer, _) = listener.accept().await.unwrap();
    greeted_after_clearing(&mut peer).await;
}

#[tokio::test]
async fn a_printer_that_closes_is_connected_to_again() {
    let (_port, mut reports, peer, listener) = connected().await;
    drop(peer);
    assert_eq!(
        reports.recv().await,
        Some(Report::State(PrinterState::Offline))
    );
    let (mut peer, _) = listener.accept().await.unwrap();
    expect(&mut peer, &POLL).await;
    peer.write_all(&READY).await.unwrap();
    assert_eq!(
        reports.recv().await,
        Some(Report::State(PrinterState::Ready))
    );
}

fn order(bytes: usize) -> Order {
    Order {
        job: job(bytes),
        replaces: None,
    }
}

/// A spooler of our own: a shell script that does this with the slip on its standard input.
fn spooler(folder: &Path, does: &str) -> Spooler {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("spooler");
    std::fs::write(&program, format!("#!/bin/sh\n{does}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    Spooler::Program {
        program,
        queue: "SLIPS".to_owned(),
    }
}

/// What is told of one slip for a queue whose spooler does this.
async fn queued(folder: &Path, does: &str) -> Vec<Report> {
    let (jobs, inbox) = mpsc::channel(1);
    let (sender, mut reports) = mpsc::channel(16);
    let settings = Settings {
        spool: Duration::from_millis(300),
        slips_on_roll: 8,
        ..settings(SocketAddr::from(([127, 0, 0, 1], 9)))
    };
    tokio::spawn(queue::run(spooler(folder, does), settings, inbox, sender));
    // More than a pipe holds.
    jobs.send(order(400_000)).await.unwrap();
    drop(jobs);
    let mut told = Vec::new();
    while let Some(report) = reports.recv().await {
        told.push(report);
    }
    told
}

#[tokio::test]
async fn a_queue_is_handed_the_slip_once_and_nothing_is_called_printed() {
    let folder = tempfile::tempdir().unwrap();
    let told = queued(
        folder.path(),
        "cat >> \"$0.bytes\"; echo \"$@\" > \"$0.arguments\"",
    )
    .await;
    let read = |name| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("spooler.bytes"), job(400_000).bytes);
    assert_eq!(read("spooler.arguments"), b"-d SLIPS -o raw -s\n");
    // No number of slips on the roll: when it is changed, a queue does not say.
    let [state, first, fate] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(*state, Report::State(PrinterState::Unknown));
    assert!(matches!(first, Report::FirstByte { .. }));
    assert_eq!(*fate, Report::Sent(job(0).id));
}

#[tokio::test]
async fn a_queue_that_refuses_has_no_slip_and_one_that_does_not_answer_may_have_it() {
    let id = job(0).id;
    let offline = Failure::NotReady(PrinterState::Offline);
    for (does, fate) in [
        ("cat > /dev/null; exit 1", Report::Failed(id, offline)),
        ("exit 1", Report::Failed(id, offline)),
        ("exec sleep 60", Report::Unknown(id)),
        // It ended without all of the slip and says that it has it; it died in it.
        ("exec < /dev/null; exit 0", Report::Unknown(id)),
        ("head -c 100 > /dev/null; kill -9 $$", Report::Unknown(id)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let told = queued(folder.path(), does).await;
        let expected = [
            Report::State(PrinterState::Unknown),
            Report::State(PrinterState::Offline),
            fate,
        ];
        assert_eq!(told, expected, "{does}");
    }
}

#[tokio::test]
async fn a_queue_that_failed_takes_slips_again_after_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    // It refuses once; what it refused is never given to it again.
    let refuses = "cat >> \"$0.bytes\"; [ -e \"$0.once\" ] || { touch \"$0.once\"; exit 1; }";
    let (jobs, inbox) = mpsc::channel(1);
    let (sender, mut reports) = mpsc::channel(16);
    let settings = Settings {
        queue_rest: Duration::from_millis(50),
        ..settings(SocketAddr::from(([127, 0, 0, 1], 9)))
    };
    let spooler = spooler(folder.path(), refuses);
    tokio::spawn(queue::run(spooler, settings, inbox, sender));
    jobs.send(order(100)).await.unwrap();
    let id = job(0).id;
    let state = |state| Some(Report::State(state));
    assert_eq!(reports.recv().await, state(PrinterState::Unknown));
    assert_eq!(reports.recv().await, state(PrinterState::Offline));
    let failed = Report::Failed(id, Failure::NotReady(PrinterState::Offline));
    assert_eq!(reports.recv().await, Some(failed));
    assert_eq!(reports.recv().await, state(PrinterState::Unknown));
    jobs.send(order(100)).await.unwrap();
    drop(jobs);
    let mut told = Vec::new();
    while let Some(report) = reports.recv().await {
        told.push(report);
    }
    assert_eq!(told.last(), Some(&Report::Sent(id)), "{told:?}");
    assert!(!told.iter().any(|it| matches!(it, Report::State(_))));
}

/// A named pipe: a share whose other end the test holds.
fn pipe(folder: &Path) -> std::path::PathBuf {
    let share = folder.join("share");
    let made = std::process::Command::new("mkfifo").arg(&share).status();
    assert!(made.unwrap().success());
    share
}

#[tokio::test]
async fn a_share_that_breaks_in_the_middle_of_a_slip_may_have_it_and_one_that_is_not_there_has_not()
{
    let folder = tempfile::tempdir().unwrap();
    let broken = pipe(folder.path());
    let reader = std::thread::spawn({
        let broken = broken.clone();
        move || {
            let mut some = [0; 10];
            let mut file = std::fs::File::open(broken).unwrap();
            std::io::Read::read_exact(&mut file, &mut some).unwrap();
        }
    });
    let absent = folder.path().join("nowhere").join("share");
    let id = job(0).id;
    let failed = Report::Failed(id, Failure::NotReady(PrinterState::Offline));
    for (share, fate) in [(broken, Report::Unknown(id)), (absent, failed)] {
        let (jobs, inbox) = mpsc::channel(1);
        let (sender, mut reports) = mpsc::channel(16);
        let settings = settings(SocketAddr::from(([127, 0, 0, 1], 9)));
        let spooler = Spooler::Share(Share::new(&share));
        tokio::spawn(queue::run(spooler, settings, inbox, sender));
        jobs.send(order(1_000_000)).await.unwrap();
        drop(jobs);
        let mut told = Vec::new();
        while let Some(report) = reports.recv().await {
            told.push(report);
        }
        assert_eq!(told.last(), Some(&fate), "{}", share.display());
    }
    reader.join().unwrap();
}

#[tokio::test]
async fn a_share_that_hangs_stays_off_line_until_it_has_taken_the_slip() {
    let folder = tempfile::tempdir().unwrap();
    let share = pipe(folder.path());
    let (jobs, inbox) = mpsc::channel(1);
    let (sender, mut reports) = mpsc::channel(16);
    let settings = Settings {
        spool: Duration::from_millis(20),
        queue_rest: Duration::from_millis(20),
        ..settings(SocketAddr::from(([127, 0, 0, 1], 9)))
    };
    let spooler = Spooler::Share(Share::new(&share));
    tokio::spawn(queue::run(spooler, settings, inbox, sender));
    jobs.send(order(100)).await.unwrap();
    let mut told = Vec::new();
    while !matches!(told.last(), Some(Report::Unknown(_))) {
        told.push(reports.recv().await.unwrap());
    }
    let silence = tokio::time::timeout(Duration::from_millis(200), reports.recv()).await;
    assert!(silence.is_err(), "{silence:?}");
    assert_eq!(std::fs::read(&share).unwrap(), job(100).bytes);
    let back = reports.recv().await;
    assert_eq!(back, Some(Report::State(PrinterState::Unknown)));
}

#[tokio::test]
async fn a_shared_printer_of_windows_is_a_file_that_takes_the_slip() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share");
    let (jobs, inbox) = mpsc::channel(1);
    let (sender, mut reports) = mpsc::channel(16);
    let settings = settings(SocketAddr::from(([127, 0, 0, 1], 9)));
    let spooler = Spooler::Share(Share::new(&share));
    tokio::spawn(queue::run(spooler, settings, inbox, sender));
    jobs.send(order(100)).await.unwrap();
    drop(jobs);
    let mut last = None;
    while let Some(report) = reports.recv().await {
        last = Some(report);
    }
    assert_eq!(last, Some(Report::Sent(job(0).id)));
    assert_eq!(std::fs::read(share).unwrap(), job(100).bytes);
}

#[tokio::test]
async fn a_share_that_hangs_is_given_one_slip_and_no_more_threads() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody reads at its other end: opening it to write waits for ever.
    let share = pipe(folder.path());
    let (jobs, inbox) = mpsc::channel(8);
    let (sender, mut reports) = mpsc::channel(32);
    let settings = Settings {
        spool: Duration::from_millis(100),
        ..settings(SocketAddr::from(([127, 0, 0, 1], 9)))
    };
    let spooler = Spooler::Share(Share::new(&share));
    tokio::spawn(queue::run(spooler, settings, inbox, sender));
    for _ in 0..5 {
        jobs.send(order(100)).await.unwrap();
    }
    drop(jobs);
    let mut fates = Vec::new();
    while let Some(report) = reports.recv().await {
        if !matches!(report, Report::State(_)) {
            fates.push(report);
        }
    }
    let id = job(0).id;
    let failed = Report::Failed(id, Failure::NotReady(PrinterState::Offline));
    assert_eq!(fates, [Report::Unknown(id), failed, failed, failed, failed]);
    // Another test's own may be among them.
    assert!(threads_named("slip-share") <= 2);
    // It takes the first one after all, and the next ones as before.
    let read = std::fs::read(&share).unwrap();
    assert_eq!(read, job(100).bytes);
}

/// Threads of this process with this name.
fn threads_named(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|it| it.trim() == name).count()
}
