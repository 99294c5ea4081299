//! The slip and its printer: what becomes of it when the printer stops, what another decoder draws, the lines that are
//! no network, and the questions that find out what a printer is.

use std::{io::ErrorKind, time::Duration};

use devices::printer::{PrinterPort, ProbeError, Settings, Trial, Tried, Verdict, reach, spawn};
use escpost_profiles::resolver;
use sim::printer::{DOTS_80MM, Fault, Mechanism, Printer};
use slip::{
    Code, CodeWay, Confirmation, Fact, Features, Fonts, ImageCommand, JobId, Profile, Raster, Slip,
    Templates, TextWay, Words,
    printer::{Address, Failure, PrinterState, Report, Waits, page},
};
use tokio::{
    sync::mpsc::{Receiver, channel},
    time::{Instant, timeout},
};

use crate::{
    hub_process::repository,
    slip_faults::{
        FREE_MAX, Pace, play_all, play_blindly, play_never_clearing, play_sample, play_slowly,
        play_unspoken,
    },
};

/// No step of any of these tests takes longer.
const STEP_MAX: Duration = Duration::from_secs(15);

#[test]
fn wherever_a_printer_stops_no_number_is_on_two_unmarked_slips_and_none_is_lost_without_a_word() {
    // Another step than the benchmark's, so that both together see other bytes.
    let (tallies, wrong) = play_all(64 * 29 + 1);
    assert!(wrong.is_none(), "{wrong:?}: {tallies:?}");
    let courses: usize = tallies.values().map(|tally| tally.courses).sum();
    assert!(courses > 500, "{courses} courses");
}

#[test]
fn it_is_the_same_with_a_printer_that_does_not_clear_its_buffer_though_its_profile_says_so() {
    let (tally, wrong) = play_never_clearing(64 * 67 + 1);
    assert!(wrong.is_none(), "{wrong:?}: {tally:?}");
    assert!(tally.courses > 150, "{tally:?}");
}

#[test]
fn a_slip_that_is_sent_again_without_a_mark_is_seen_twice() {
    let tally = play_blindly(64 * 100 + 1);
    assert!(tally.doubles > tally.courses / 4, "{tally:?}");
}

#[test]
fn a_machine_that_does_not_say_what_it_does_not_know_is_seen_losing_slips() {
    let tally = play_unspoken(64 * 100 + 1);
    assert!(tally.lost > 0 && tally.untold > tally.lost, "{tally:?}");
    assert!(!tally.holds());
}

#[test]
fn a_machine_that_takes_its_time_is_seen_being_late_and_loses_nothing() {
    let tally = play_slowly(64 * 100 + 1);
    assert!(tally.late > 0 && tally.free_after > FREE_MAX, "{tally:?}");
    assert_eq!((tally.lost, tally.untold), (0, 0), "{tally:?}");
    assert!(!tally.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_real_sockets_it_is_the_same() {
    let began = Instant::now();
    let tally = play_sample(3, Pace::fast()).await.unwrap();
    println!("{tally:?} in {:?}", began.elapsed());
    assert_eq!(tally.courses, 42);
    assert_eq!(tally.wrong(), 0, "{tally:?}");
    // A machine with much else to do adds a little to a fifth of the time.
    assert!(
        tally.free_after <= FREE_MAX / 5 + Duration::from_millis(500),
        "{tally:?}"
    );
}

fn fonts() -> Fonts {
    let folder = repository().join("kiosk-config/fonts");
    let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"]
        .map(|name| std::fs::read(folder.join(name)).unwrap());
    Fonts::load(faces).unwrap()
}

fn slip_with(number: &str) -> Slip {
    Slip {
        office: "さくら市役所".to_owned(),
        section: Some("市民課".to_owned()),
        service: Words::both("住民票・戸籍の証明", "Certificates"),
        number_label: Words::both("受付番号", "Your number"),
        number: number.to_owned(),
        ahead: Some(Fact {
            label: Words::ja("お待ちの人数"),
            value: Words::ja("7人"),
        }),
        issued: "2026年11月22日（日）14時55分".to_owned(),
        code: Some(Code {
            url: "http://192.0.2.1:8470/v/q7Zt4mKx9bRw2LpN".to_owned(),
            caption: Words::ja("順番を確かめる"),
        }),
        ..Slip::default()
    }
}

fn profile(features: Features) -> Profile {
    Profile::new(Features {
        confirmation: Confirmation::ProcessId,
        pushes_status: true,
        clears_buffer: true,
        ..features
    })
    .unwrap()
}

/// What our printer puts on paper; nothing of it may be strange to it.
fn drawn_by_us(bytes: &[u8], dots: u16) -> Raster {
    drawn_and_read(bytes, dots).0
}

/// The same with what it drew as text, line by line.
fn drawn_and_read(bytes: &[u8], dots: u16) -> (Raster, Vec<String>) {
    let mut printer = Mechanism::new(dots);
    printer.load(fonts());
    let mut slips = printer.receive(bytes).slips;
    assert!(printer.notes().is_empty(), "{:?}", printer.notes());
    assert_eq!(slips.len(), 1);
    (slips.remove(0), printer.words().to_vec())
}

/// The job without what `escpost` refuses: requests for status.
fn only_drawing(bytes: &[u8]) -> Vec<u8> {
    let pushes = b"\x1Da\xFF";
    let at = bytes.windows(3).position(|found| found == pushes).unwrap();
    let id = bytes.len() - 11;
    assert!(bytes[id..].starts_with(b"\x1D(H"));
    [&bytes[..at], &bytes[at + 3..id]].concat()
}

/// The paper that `escpost`, which is not ours, draws for this model.
fn drawn_by_another(bytes: &[u8], model: &str) -> escpost_render::MonoSurface {
    let model = resolver::resolve(model).unwrap();
    let result = escpost_render::render(bytes, model).unwrap();
    assert_eq!(result.sheets.len(), 1);
    result.sheets.into_iter().next().unwrap().surface
}

fn assert_same(ours: &Raster, theirs: &escpost_render::MonoSurface, what: &str) {
    // A model may feed on to its cutter; nothing is on that paper.
    for y in 0..ours.rows().max(theirs.height()) {
        for x in 0..u32::from(ours.width()) {
            assert_eq!(ours.dot(x, y), theirs.is_printed(x, y), "{what}: {x} {y}");
        }
    }
    assert!(ours.black_dots() > 5_000, "{what}");
}

#[test]
fn another_decoder_draws_the_same_slip_to_the_same_dots() {
    const PICTURES: [ImageCommand; 3] = [
        ImageCommand::GsV0,
        ImageCommand::Gs8L,
        ImageCommand::GsParenL,
    ];
    const CODES: [CodeWay; 2] = [CodeWay::Dots, CodeWay::Native];
    // The narrow one knows the oldest command only, as the cheap ones of the field do.
    for (model, dots, dpi, pictures, codes) in [
        ("TM-T20II", 576, 203, &PICTURES[..], &CODES[..]),
        ("TM-T88V", 512, 180, &PICTURES[..], &CODES[..]),
        ("POS-5890", 384, 203, &PICTURES[..1], &CODES[..1]),
    ] {
        for image in pictures.iter().copied() {
            for code in codes.iter().copied() {
                let profile = profile(Features {
                    dots,
                    dpi,
                    image,
                    code,
                    ..Features::default()
                });
                let id = JobId::from_counter(7);
                let paper = slip::paper(
                    &slip_with("A-001"),
                    &Templates::default(),
                    &profile,
                    &mut fonts(),
                    id,
                )
                .unwrap();
                assert!(paper.departures.is_empty(), "{:?}", paper.departures);
                let what = format!("{model} {image:?} {code:?}");
                let ours = drawn_by_us(&paper.job.bytes, dots);
                let theirs = drawn_by_another(&only_drawing(&paper.job.bytes), model);
                assert_same(&ours, &theirs, &what);
                if code == CodeWay::Dots {
                    assert_same(&paper.picture, &theirs, &what);
                }
            }
        }
    }
}

#[test]
fn a_slip_in_kanji_mode_is_understood_to_its_last_character() {
    let profile = profile(Features {
        text: TextWay::Kanji,
        code: CodeWay::Native,
        ..Features::default()
    });
    let id = JobId::from_counter(7);
    let message = "年末年始（12月29日から1月3日まで）は、お休みします。戸籍の届は、夜間・休日の窓口へお持ちください。";
    let slip = Slip {
        message: Some(Words::ja(message)),
        ..slip_with("A-001")
    };
    let templates = Templates::default();
    let paper = slip::paper(&slip, &templates, &profile, &mut fonts(), id).unwrap();
    assert!(paper.departures.is_empty(), "{:?}", paper.departures);
    assert!(
        paper.job.bytes.len() < 2_000,
        "{} bytes",
        paper.job.bytes.len()
    );
    let (drawn, words) = drawn_and_read(&paper.job.bytes, profile.dots());
    assert!(drawn.black_dots() > 5_000);
    let rule = "-".repeat(48);
    assert_eq!(
        words,
        [
            "さくら市役所 市民課",
            &rule,
            "住民票・戸籍の証明",
            "Certificates",
            "受付番号",
            "Your number",
            "A-001",
            &rule,
            "お待ちの人数",
            "7人",
            "順番を確かめる",
            "年末年始（12月29日から1月3日まで）は、お休みしま",
            "す。戸籍の届は、夜間・休日の窓口へお持ちくださ",
            // 。 begins no line.
            "い。",
            "2026年11月22日（日）14時55分",
        ]
    );
}

/// A kiosk's end of a line that is no network.
struct Line {
    printer: Printer,
    port: PrinterPort,
    reports: Receiver<Report>,
    profile: Profile,
}

impl Line {
    async fn ready(address: impl Fn(&str) -> String) -> Line {
        let printer = Printer::on_pseudo_terminal(None, DOTS_80MM).unwrap();
        let address: Address = address(printer.device().unwrap()).parse().unwrap();
        let profile = profile(Features::default());
        let (sender, reports) = channel(32);
        let settings = Settings {
            waits: Waits {
                confirmation: Duration::from_millis(600),
                ..Waits::default()
            },
            ..Settings::new(address, profile.clone())
        };
        let port = spawn(settings, sender);
        let mut line = Line {
            printer,
            port,
            reports,
            profile,
        };
        line.until(Report::State(PrinterState::Ready)).await;
        line
    }

    fn print(&self, raster: &Raster, counter: u64) -> JobId {
        let id = JobId::from_counter(counter);
        self.port
            .print(slip::encode(raster, &self.profile, id).unwrap());
        id
    }

    async fn until(&mut self, wanted: Report) {
        while timeout(STEP_MAX, self.reports.recv())
            .await
            .unwrap()
            .unwrap()
            != wanted
        {}
    }
}

#[tokio::test]
async fn a_slip_goes_over_a_serial_line_and_to_a_device_file_as_it_goes_over_a_network() {
    let lines: [fn(&str) -> String; 2] = [
        |path| format!("serial:{path}?baud=115200"),
        |path| format!("usb:{path}"),
    ];
    for address in lines {
        let mut line = Line::ready(address).await;
        let slip = page::draw(&["serial".to_owned()], &line.profile, &mut fonts());
        let id = line.print(&slip, 1);
        line.until(Report::Printed(id)).await;
        assert!(line.printer.slips().pop().unwrap().raster == slip);
        // The paper ends in the middle; the kernel holds what the printer does not take.
        line.printer.limit_buffer(4096);
        line.printer.at_byte(2_000, Fault::PaperOut);
        let id = line.print(&slip, 2);
        line.until(Report::Unknown(id)).await;
        line.printer.fault(Fault::None);
        line.until(Report::Printed(id)).await;
        assert_eq!(line.printer.slips().len(), 2);
        // It takes nothing at all: the kiosk is told in time.
        line.printer.fault(Fault::Stall);
        let id = line.print(&slip, 3);
        let told = timeout(Duration::from_secs(3), async {
            loop {
                match line.reports.recv().await.unwrap() {
                    Report::Unknown(job) | Report::Failed(job, _) if job == id => return,
                    _ => {}
                }
            }
        });
        told.await.unwrap();
    }
}

#[tokio::test]
async fn a_device_file_that_is_none_is_off_line_and_comes_back_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lp0");
    let (sender, mut reports) = channel(32);
    let address: Address = format!("usb:{}", path.display()).parse().unwrap();
    let settings = Settings {
        backoff_least: Duration::from_millis(5),
        backoff_most: Duration::from_millis(20),
        ..Settings::new(address, profile(Features::default()))
    };
    let _port = spawn(settings, sender);
    let first = timeout(STEP_MAX, reports.recv()).await.unwrap();
    assert_eq!(first, Some(Report::State(PrinterState::Offline)));
    let printer = Printer::on_pseudo_terminal(None, DOTS_80MM).unwrap();
    std::os::unix::fs::symlink(printer.device().unwrap(), &path).unwrap();
    let next = timeout(STEP_MAX, reports.recv()).await.unwrap();
    assert_eq!(next, Some(Report::State(PrinterState::Ready)));
}

/// A kiosk's end of a TCP line, with deadlines that suit a test.
async fn on_tcp(waits: Waits) -> Line {
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    let profile = profile(Features::default());
    let (sender, reports) = channel(64);
    let settings = Settings {
        waits,
        ..Settings::new(printer.address(), profile.clone())
    };
    let port = spawn(settings, sender);
    let mut line = Line {
        printer,
        port,
        reports,
        profile,
    };
    line.until(Report::State(PrinterState::Ready)).await;
    line
}

#[tokio::test]
async fn a_printer_on_a_slow_line_is_unknown_in_time_and_printed_when_it_is() {
    let mut line = on_tcp(Waits {
        confirmation: Duration::from_millis(400),
        ..Waits::default()
    })
    .await;
    line.printer.fault(Fault::SlowDrain { bytes: 10_000 });
    let slip = page::draw(&[], &line.profile, &mut fonts());
    let id = line.print(&slip, 1);
    line.until(Report::Unknown(id)).await;
    assert!(line.printer.slips().is_empty(), "still on its way");
    line.until(Report::Printed(id)).await;
    assert!(line.printer.slips().pop().unwrap().raster == slip);
}

#[tokio::test]
async fn a_freed_cutter_is_started_again_and_the_slip_in_it_comes_out_only_marked() {
    let mut line = on_tcp(Waits {
        recovery: Duration::from_millis(100),
        idle_poll: Duration::from_millis(50),
        pending_poll: Duration::from_millis(50),
        ..Waits::default()
    })
    .await;
    let slip = page::draw(&[], &line.profile, &mut fonts());
    let marked = page::draw(&["再発行".to_owned()], &line.profile, &mut fonts());
    line.printer.at_byte(3_000, Fault::CutterJam);
    let old = line.print(&slip, 1);
    line.until(Report::State(PrinterState::CutterError)).await;
    line.until(Report::Unknown(old)).await;
    line.printer.fault(Fault::CutterFreed);
    line.until(Report::State(PrinterState::Ready)).await;
    let id = JobId::from_counter(2);
    let job = slip::encode(&marked, &line.profile, id).unwrap();
    line.port.print_instead_of(old, job);
    line.until(Report::Printed(id)).await;
    let papers = line.printer.slips();
    assert!(papers.iter().all(|paper| paper.raster != slip));
    assert!(papers.last().unwrap().raster == marked);
}

#[tokio::test]
async fn a_marked_slip_comes_out_in_place_of_the_one_the_printer_still_holds() {
    let mut line = on_tcp(Waits::default()).await;
    let slip = page::draw(&[], &line.profile, &mut fonts());
    let marked = page::draw(&["再発行".to_owned()], &line.profile, &mut fonts());
    line.printer.at_byte(3_000, Fault::Overheated);
    let old = line.print(&slip, 1);
    line.until(Report::Unknown(old)).await;
    // Staff sends the marked one while the printer still cools down: it is refused, and the old one is forgotten.
    let id = JobId::from_counter(2);
    let job = slip::encode(&marked, &line.profile, id).unwrap();
    line.port.print_instead_of(old, job.clone());
    let failure = Failure::NotReady(PrinterState::Overheated);
    line.until(Report::Failed(id, failure)).await;
    line.printer.fault(Fault::None);
    line.until(Report::State(PrinterState::Ready)).await;
    line.port.print(job);
    line.until(Report::Printed(id)).await;
    let papers = line.printer.slips();
    assert!(papers.iter().all(|paper| paper.raster != slip));
    assert!(papers.last().unwrap().raster == marked);
}

/// A host that does not answer: its system takes no more connections and says nothing of it.
struct Mute {
    listener: std::net::SocketAddr,
    _listening: tokio::net::TcpListener,
    _filling: Vec<std::net::TcpStream>,
}

impl Mute {
    fn new() -> Mute {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listening = socket.listen(1).unwrap();
        let listener = listening.local_addr().unwrap();
        let attempt =
            || std::net::TcpStream::connect_timeout(&listener, Duration::from_millis(200));
        let filling = std::iter::from_fn(|| attempt().ok()).take(100).collect();
        assert_eq!(attempt().unwrap_err().kind(), ErrorKind::TimedOut);
        Mute {
            listener,
            _listening: listening,
            _filling: filling,
        }
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_unreachable_when_the_time_to_connect_is_over() {
    let mute = Mute::new();
    let connect = Duration::from_millis(400);
    let settings = Settings {
        connect,
        ..Settings::new(mute.listener, profile(Features::default()))
    };
    let profiles = shipped();
    let trial = Trial {
        settings: settings.clone(),
        chosen: "generic-80".to_owned(),
        profiles: &profiles,
        page: None,
    };
    let mut fonts = fonts();
    let began = Instant::now();
    match timeout(STEP_MAX, reach(&settings)).await.unwrap() {
        Err(ProbeError::Unreachable(_, error)) => assert_eq!(error.kind(), ErrorKind::TimedOut),
        other => panic!("{other:?}"),
    }
    let waited = began.elapsed();
    assert!(waited >= connect && waited < connect * 4, "{waited:?}");
    let tried = timeout(STEP_MAX, trial.run(&mut fonts)).await.unwrap();
    assert_eq!(tried.verdict, Verdict::Unreachable);
    // A kiosk's own transport says so, too, and a slip's fate is told at once.
    let (sender, mut reports) = channel(32);
    let port = spawn(settings, sender);
    let mut next = async || timeout(STEP_MAX, reports.recv()).await.unwrap();
    assert_eq!(next().await, Some(Report::State(PrinterState::Offline)));
    let id = JobId::from_counter(1);
    port.print(slip::encode(&picture(), &profile(Features::default()), id).unwrap());
    let failure = Failure::NotReady(PrinterState::Offline);
    assert_eq!(next().await, Some(Report::Failed(id, failure)));
}

fn picture() -> Raster {
    let mut raster = Raster::blank(DOTS_80MM, 8);
    raster.blacken(0, 0);
    raster
}

/// Every shipped printer's profile.
fn shipped() -> Vec<(String, Profile)> {
    office::Office::printers(&repository().join("kiosk-config"))
}

/// What `uketsuke printer test` does with this profile.
async fn tried(printer: &Printer, chosen: &str) -> Tried {
    let profiles = shipped();
    let (_, profile) = profiles.iter().find(|(name, _)| name == chosen).unwrap();
    let trial = Trial {
        settings: Settings::new(printer.address(), profile.clone()),
        chosen: chosen.to_owned(),
        profiles: &profiles,
        page: Some(JobId::from_counter(99)),
    };
    trial.run(&mut fonts()).await
}

#[tokio::test]
async fn the_printer_test_finds_out_what_a_printer_is_and_the_page_comes_out() {
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    printer.call("EPSON", "TM-m30III");
    printer.fault(Fault::NearEnd);
    let began = Instant::now();
    let found = tried(&printer, "generic-80").await;
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(found.verdict, Verdict::AnotherProfile);
    assert_eq!(found.suggestion.as_deref(), Some("epson-tm-m30iii-80"));
    assert_eq!(found.state, Some("near_end"));
    assert_eq!(found.confirmation, Some("process-id"));
    assert_eq!(found.polled, [1, 2, 3, 4]);
    let found = tried(&printer, "epson-tm-m30iii-80").await;
    assert_eq!(found.verdict, Verdict::Good, "{found:?}");
    let pages = printer.slips();
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|page| page.raster.black_dots() > 20_000));
    assert!(printer.notes().is_empty(), "{:?}", printer.notes());
}

#[tokio::test]
async fn the_printer_test_of_a_printer_in_trouble_names_the_trouble() {
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    printer.fault(Fault::PaperOut);
    let found = tried(&printer, "generic-80").await;
    assert_eq!(found.verdict, Verdict::NotReady);
    assert_eq!(found.state, Some("paper_out"));
    assert!(!found.page_sent);
    let settings = Settings::new(printer.address(), profile(Features::default()));
    reach(&settings).await.unwrap();
    printer.fault(Fault::PowerOff);
    let found = tried(&printer, "generic-80").await;
    assert_eq!(found.verdict, Verdict::Unreachable);
    assert!(reach(&settings).await.is_err());
}
