//! A real slip, over TCP, onto the virtual printer's paper: printed once and confirmed, or
//! honestly unknown.

use std::time::Duration;

use devices::printer::{PrinterPort, Settings, spawn};
use sim::printer::{Fault, Mechanism, Printer};
use slip::printer::{Failure, PrinterState, Report, Waits};
use slip::{
    Code, Confirmation, Cut, Fact, Features, Fonts, Job, JobId, Profile, Raster, Slip, Words,
};
use tokio::time::timeout;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc::{Receiver, channel},
};

use crate::hub_process::repository;

/// No step of any of these tests takes longer.
const STEP_MAX: Duration = Duration::from_secs(15);

fn profile(confirmation: Confirmation) -> Profile {
    Profile::new(Features {
        name: "virtual".to_owned(),
        dots: 576,
        dpi: 203,
        cut: Cut::Partial,
        tear_feed_rows: 0,
        confirmation,
        pushes_status: true,
        clears_buffer: true,
        band_rows_max: 128,
        ..Features::default()
    })
    .unwrap()
}

/// The slip with this number.
fn worded(number: &str) -> Slip {
    Slip {
        office: "さくら市役所".to_owned(),
        section: Some("市民課".to_owned()),
        service: Words::ja("住民票・戸籍の証明"),
        number_label: Words::ja("受付番号"),
        number: number.to_owned(),
        ahead: Some(Fact {
            label: Words::ja("お待ちの人数"),
            value: Words::ja("7人"),
        }),
        issued: "2026年11月22日（日）14時55分".to_owned(),
        code: Some(Code {
            url: "http://127.0.0.1:8470/v/q7Zt4mKx9bRw2LpN".to_owned(),
            caption: Words::ja("呼出状況をスマートフォンで確認できます"),
        }),
        ..Slip::default()
    }
}

/// The same as dots.
fn drawn(number: &str) -> Raster {
    let folder = repository().join("kiosk-config/fonts");
    let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"]
        .map(|name| std::fs::read(folder.join(name)).unwrap());
    let mut fonts = Fonts::load(faces).unwrap();
    slip::render(
        &worded(number),
        &slip::Template::plain(),
        &profile(Confirmation::ProcessId),
        &mut fonts,
    )
    .unwrap()
}

/// A kiosk's end of the printer's line, and the printer at the other.
struct Line {
    printer: Printer,
    port: PrinterPort,
    reports: Receiver<Report>,
    profile: Profile,
}

impl Line {
    /// Connected to a printer that is ready.
    async fn ready(waits: Waits, confirmation: Confirmation) -> Line {
        let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
        Line::to(printer, waits, confirmation).await
    }

    /// The same with this printer.
    async fn to(printer: Printer, waits: Waits, confirmation: Confirmation) -> Line {
        let profile = profile(confirmation);
        let (sender, reports) = channel(32);
        let settings = Settings {
            waits,
            backoff_least: Duration::from_millis(5),
            backoff_most: Duration::from_millis(20),
            ..Settings::new(printer.address(), profile.clone())
        };
        let port = spawn(settings, sender);
        let mut line = Line {
            printer,
            port,
            reports,
            profile,
        };
        assert_eq!(line.next().await, Report::State(PrinterState::Ready));
        line
    }

    fn print(&self, raster: &Raster, counter: u64) -> JobId {
        let id = JobId::from_counter(counter);
        let Job { bytes, .. } = slip::encode(raster, &self.profile, id).unwrap();
        self.port.print(Job { id, bytes });
        id
    }

    /// The next report that is not about the first byte or the roll.
    async fn next(&mut self) -> Report {
        loop {
            let report = timeout(STEP_MAX, self.reports.recv()).await.unwrap();
            match report.unwrap() {
                Report::FirstByte { .. } | Report::SlipsOnRoll(_) => {}
                other => return other,
            }
        }
    }

    async fn until(&mut self, wanted: Report) -> Vec<Report> {
        let mut before = Vec::new();
        loop {
            let report = self.next().await;
            if report == wanted {
                return before;
            }
            before.push(report);
        }
    }

    fn papers(&self) -> Vec<Raster> {
        let slips = self.printer.slips();
        slips.into_iter().map(|slip| slip.raster).collect()
    }
}

#[tokio::test]
async fn a_slip_comes_out_dot_by_dot_and_is_confirmed() {
    for confirmation in [Confirmation::ProcessId, Confirmation::Barrier] {
        let mut line = Line::ready(Waits::default(), confirmation).await;
        let slip = drawn("A-001");
        let id = line.print(&slip, 1);
        assert_eq!(line.next().await, Report::Printed(id));
        assert!(line.papers() == [slip], "the paper shows other dots");
        assert!(
            line.printer.notes().is_empty(),
            "{:?}",
            line.printer.notes()
        );
    }
}

#[tokio::test]
async fn an_empty_roll_is_told_before_a_slip_and_nothing_is_sent() {
    let mut line = Line::ready(Waits::default(), Confirmation::ProcessId).await;
    line.printer.fault(Fault::PaperOut);
    assert_eq!(line.next().await, Report::State(PrinterState::PaperOut));
    let id = line.print(&drawn("A-001"), 1);
    let failure = Failure::NotReady(PrinterState::PaperOut);
    assert_eq!(line.next().await, Report::Failed(id, failure));
    line.printer.fault(Fault::None);
    assert_eq!(line.next().await, Report::State(PrinterState::Ready));
    let id = line.print(&drawn("A-002"), 2);
    assert_eq!(line.next().await, Report::Printed(id));
    assert!(line.papers() == [drawn("A-002")], "only the second slip");
}

#[tokio::test]
async fn paper_that_ends_in_a_slip_makes_it_unknown_and_after_the_refill_it_is_printed_once() {
    let mut line = Line::ready(Waits::default(), Confirmation::ProcessId).await;
    line.printer.fault(Fault::PaperOutAfter { rows: 200 });
    let slip = drawn("A-001");
    let id = line.print(&slip, 1);
    assert_eq!(line.next().await, Report::State(PrinterState::PaperOut));
    assert_eq!(line.next().await, Report::Unknown(id));
    assert!(line.papers().is_empty());
    line.printer.fault(Fault::None);
    let before = line.until(Report::Printed(id)).await;
    assert!(
        before
            .iter()
            .all(|report| matches!(report, Report::State(_)))
    );
    assert!(line.papers() == [slip], "exactly one slip");
}

#[tokio::test]
async fn a_printer_that_confirms_nothing_makes_the_slip_unknown_and_is_not_sent_it_again() {
    let waits = Waits {
        confirmation: Duration::from_millis(400),
        pending_poll: Duration::from_millis(50),
        ..Waits::default()
    };
    let mut line = Line::ready(waits, Confirmation::ProcessId).await;
    line.printer.fault(Fault::LosesIds);
    let first = line.print(&drawn("A-001"), 1);
    assert_eq!(line.next().await, Report::Unknown(first));
    line.printer.fault(Fault::None);
    let second = line.print(&drawn("A-002"), 2);
    assert_eq!(line.next().await, Report::Printed(second));
    assert!(line.papers() == [drawn("A-001"), drawn("A-002")]);
}

#[tokio::test]
async fn a_printer_that_answers_nothing_is_off_line_and_gets_no_slip() {
    let waits = Waits {
        answer: Duration::from_millis(200),
        ..Waits::default()
    };
    let mut line = Line::ready(waits, Confirmation::ProcessId).await;
    line.printer.fault(Fault::Silent);
    let id = line.print(&drawn("A-001"), 1);
    assert_eq!(line.next().await, Report::State(PrinterState::Offline));
    let failure = Failure::NotReady(PrinterState::Offline);
    assert_eq!(line.next().await, Report::Failed(id, failure));
    line.printer.fault(Fault::None);
    line.until(Report::State(PrinterState::Ready)).await;
    let id = line.print(&drawn("A-002"), 2);
    line.until(Report::Printed(id)).await;
    assert!(line.papers() == [drawn("A-002")], "only the second slip");
}

#[tokio::test]
async fn half_a_slip_left_by_a_lost_connection_does_not_hang_on_the_next() {
    let mut line = Line::ready(Waits::default(), Confirmation::ProcessId).await;
    line.printer.fault(Fault::PaperOutAfter { rows: 200 });
    let torn = line.print(&drawn("A-001"), 1);
    line.until(Report::Unknown(torn)).await;
    line.printer.hang_up();
    line.until(Report::State(PrinterState::Offline)).await;
    line.until(Report::State(PrinterState::PaperOut)).await;
    line.printer.fault(Fault::None);
    line.until(Report::State(PrinterState::Ready)).await;
    let whole = line.print(&drawn("A-002"), 2);
    assert_eq!(line.next().await, Report::Printed(whole));
    let papers = line.papers();
    let [scrap, slip] = papers.as_slice() else {
        panic!("a scrap and a slip, not {} papers", papers.len());
    };
    assert_eq!(scrap.rows(), 200);
    assert!(*slip == drawn("A-002"));
}

#[tokio::test]
async fn half_a_slip_of_a_program_that_died_does_not_swallow_the_first_one() {
    for confirmation in [Confirmation::ProcessId, Confirmation::Barrier] {
        let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
        let job = |number| {
            let id = JobId::from_counter(number);
            slip::encode(&drawn("A-001"), &profile(confirmation), id).unwrap()
        };
        // A whole slip that the printer holds, and the beginning of another one.
        printer.fault(Fault::PaperOut);
        let bytes = job(1).bytes;
        let mut before = TcpStream::connect(printer.address()).await.unwrap();
        before.write_all(&bytes).await.unwrap();
        before.write_all(&bytes[..bytes.len() / 2]).await.unwrap();
        before.shutdown().await.unwrap();
        let mut said = Vec::new();
        before.read_to_end(&mut said).await.unwrap();
        printer.fault(Fault::None);

        let mut line = Line::to(printer, Waits::default(), confirmation).await;
        let id = line.print(&drawn("A-002"), 2);
        assert_eq!(line.next().await, Report::Printed(id), "{confirmation:?}");
        let papers = line.papers();
        assert!(papers.last() == Some(&drawn("A-002")), "{confirmation:?}");
        assert_eq!(papers.len(), 3, "the held one, the scrap, and the new one");
    }
}

#[tokio::test]
async fn a_printer_that_does_not_clear_when_told_is_no_longer_told() {
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    printer.fault(Fault::NeverClears);
    let waits = Waits {
        clear: Duration::from_millis(100),
        ..Waits::default()
    };
    let mut line = Line::to(printer, waits, Confirmation::ProcessId).await;
    let first = line.print(&drawn("A-001"), 1);
    assert_eq!(line.next().await, Report::Printed(first));
    line.printer.at_byte(5_000, Fault::Reset);
    let torn = line.print(&drawn("A-002"), 2);
    line.until(Report::Unknown(torn)).await;
    line.until(Report::State(PrinterState::Ready)).await;
    let whole = line.print(&drawn("A-003"), 3);
    line.until(Report::Printed(whole)).await;
    let papers = line.papers();
    assert!(papers.first() == Some(&drawn("A-001")));
    assert!(papers.last() == Some(&drawn("A-003")));
    assert!(papers.iter().all(|paper| *paper != drawn("A-002")));
}

#[tokio::test]
async fn a_printer_that_is_switched_off_is_off_line_and_ready_again_when_it_is_back() {
    let mut line = Line::ready(Waits::default(), Confirmation::ProcessId).await;
    let address = line.printer.address();
    line.printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    assert_eq!(line.next().await, Report::State(PrinterState::Offline));
    let id = line.print(&drawn("A-001"), 1);
    let failure = Failure::NotReady(PrinterState::Offline);
    assert_eq!(line.next().await, Report::Failed(id, failure));
    line.printer = Printer::bind(address, None).await.unwrap();
    assert_eq!(line.next().await, Report::State(PrinterState::Ready));
    let id = line.print(&drawn("A-002"), 2);
    assert_eq!(line.next().await, Report::Printed(id));
}

#[test]
fn every_shipped_printer_is_understood_and_takes_the_slip_of_its_paper() {
    let folder = crate::open_office();
    let offices = folder.path().join("office.toml");
    let text = std::fs::read_to_string(&offices).unwrap();
    let mut printers = 0;
    for entry in std::fs::read_dir(folder.path().join("printers")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let chosen: Vec<String> = text
            .lines()
            .map(|line| match line.strip_prefix("profile = ") {
                Some(_) => format!("profile = \"{name}\""),
                None => line.to_owned(),
            })
            .collect();
        std::fs::write(&offices, chosen.join("\n")).unwrap();
        let office = office::Office::load(folder.path()).unwrap();
        takes_the_slip(name, &office);
        printers += 1;
    }
    assert!(printers >= 5, "{printers} printers");
}

/// A citizen's slip in every layout of the office fits on this printer's paper, and its mechanism knows every byte of it.
fn takes_the_slip(name: &str, office: &office::Office) {
    let profile = &office.printer.profile;
    let mut fonts = office::fonts(office).unwrap();
    let copy = Words::ja("総合案内控え");
    for (large, copy) in [(false, None), (true, None), (false, Some(copy))] {
        let slip = Slip {
            large,
            copy,
            reissued: Some(Words::ja("再発行")),
            ..worded("A-001")
        };
        let id = JobId::from_counter(1);
        let templates = &office.slips.templates;
        let paper = slip::paper(&slip, templates, profile, &mut fonts, id).unwrap();
        assert!(
            paper.departures.is_empty(),
            "{name}: {:?}",
            paper.departures
        );
        assert!(paper.job.bytes.len() <= 40_000, "{name}");
        let mut printer = Mechanism::new(profile.dots());
        printer.load(office::fonts(office).unwrap());
        let mut came_out = printer.receive(&paper.job.bytes);
        if profile.features().cut == Cut::Tear {
            // A hand tears it off.
            came_out.slips.extend(printer.receive(b"\x1DV\0").slips);
        }
        assert!(printer.notes().is_empty(), "{name}: {:?}", printer.notes());
        let [sheet] = came_out.slips.as_slice() else {
            panic!("{name}: {} papers", came_out.slips.len());
        };
        assert!(sheet.black_dots() > 5_000, "{name}");
        let id = id.bytes();
        let confirms = came_out.answers.windows(4).any(|it| it == id);
        let by_id = profile.features().confirmation == Confirmation::ProcessId;
        assert_eq!(confirms, by_id, "{name}");
    }
}
