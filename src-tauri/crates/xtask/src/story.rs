//! The visit itself: what a citizen, a clerk and a manager do, each step seen to happen.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    clock, demo,
    town::{ACCOUNT, BOOKING_NUMBERS, PASSWORD, Town},
    webdriver::Window,
};

/// The virtual card's PIN.
const PIN: &str = "1234";

/// Questions are at most so many; more means that the kiosk asks in a circle.
const QUESTIONS_MAX: usize = 30;

/// A press that has no effect is repeated so often.
const PRESSES_MAX: usize = 5;

/// Plays and tells the visit.
pub(crate) fn tell(town: &mut Town) -> Result<()> {
    let number = at_the_kiosk(town)?;
    town.check()?;
    let mut address = String::new();
    for service in [
        "certificates",
        "moving",
        "insurance",
        "mynumber",
        "certificates",
    ] {
        address = town.somebody_comes(service)?;
    }
    on_a_phone(town, &address)?;
    told("Others come in meanwhile; one looks at the phone how many are ahead.");
    at_the_counter(town, &number)?;
    town.check()?;
    booked(town)?;
    for_the_manager(town)?;
    town.check()
}

/// Card, form, slip. Gives the number.
fn at_the_kiosk(town: &Town) -> Result<String> {
    let kiosk = &town.kiosk.window;
    let see = |name: &str| town.kiosk.picture(&town.folder, name);
    screen(kiosk, "idle")?;
    see("kiosk-idle")?;
    told("The kiosk waits: what have you come for?");

    tile(kiosk, "証明書がほしい")?;
    screen(kiosk, "procedures")?;
    see("kiosk-procedures")?;
    tile(kiosk, "住民票の写し")?;
    screen(kiosk, "means")?;
    see("kiosk-means")?;
    told("A citizen wants a certificate of residence, and fills it in with the card.");

    tile(kiosk, "カードで入力する")?;
    screen(kiosk, "place_card")?;
    see("kiosk-place-card")?;
    clock::wait_for("the card on the reader", 20, || {
        Ok(demo::card("put")?.starts_with("ok").then_some(()))
    })?;
    told("The card lies on the reader.");

    screen(kiosk, "pin")?;
    for digit in PIN.chars() {
        kiosk.touch(&format!("//button[@data-digit='{digit}']"))?;
    }
    kiosk.find("//*[@data-entered='4']")?;
    see("kiosk-pin")?;
    kiosk.touch("//button[contains(concat(' ', @class, ' '), ' enter ')]")?;
    told("Four digits, one key at a time; the page knows only how many.");

    screen(kiosk, "review")?;
    see("kiosk-review")?;
    told("The four items are there to check. Nothing was written.");
    kiosk.touch("//button[@data-act='accept']")?;
    demo::card("take")?;

    let asked = answer_the_questions(town)?;
    see("kiosk-confirm")?;
    told(&format!(
        "Only what is missing was asked: {asked} questions. Every value can be corrected."
    ));

    kiosk.touch("//button[@data-act='confirm']")?;
    screen(kiosk, "done")?;
    let number = kiosk.attribute("//*[@data-screen='done']//*[@data-number]", "data-number")?;
    see("kiosk-done")?;
    let slips = clock::wait_for("a slip on paper", 10, || slips(&town.folder))?;
    std::fs::copy(&slips, town.folder.join("slip.png"))?;
    told(&format!(
        "The ticket is {number}; the printer confirmed its slip."
    ));
    kiosk.touch("//button[@data-act='finish']")?;
    screen(kiosk, "idle")?;
    told("The kiosk has forgotten the visitor.");
    Ok(number)
}

fn answer_the_questions(town: &Town) -> Result<usize> {
    let kiosk = &town.kiosk.window;
    let mut last = String::new();
    for asked in 0..QUESTIONS_MAX {
        let (kind, field) = clock::wait_for("the next question", 10, || {
            let (kind, field) = where_are_we(kiosk)?;
            Ok((field != last || kind == "confirm").then_some((kind, field)))
        })?;
        if kind == "confirm" {
            return Ok(asked);
        }
        ensure!(
            kind == "question",
            "the kiosk shows {kind} where a question was expected"
        );
        if asked == 0 {
            town.kiosk.picture(&town.folder, "kiosk-question")?;
        }
        answer(kiosk)?;
        last = field;
    }
    anyhow::bail!("the kiosk asks in a circle")
}

/// Gives the answer that most people give: the first choice, the number as it stands, nothing where that is allowed.
fn answer(kiosk: &Window) -> Result<()> {
    for xpath in [
        "//button[@data-choice][not(@role)]",
        "//button[@data-act='skip']",
        "//button[@data-act='next']",
    ] {
        if kiosk.look(xpath)?.is_some() {
            return kiosk.touch(xpath);
        }
    }
    anyhow::bail!("this question has no way on")
}

/// The screen's kind and, on a question, its field.
fn where_are_we(kiosk: &Window) -> Result<(String, String)> {
    let view = kiosk.script("return window.__TAURI_INTERNALS__.invoke('kiosk_view')")?;
    let screen = view.get("screen").cloned().unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok((
        text(screen.get("kind")),
        text(screen.get("field").and_then(|field| field.get("id"))),
    ))
}

/// The page behind a slip's QR, in a browser as wide as a phone.
fn on_a_phone(town: &Town, address: &str) -> Result<()> {
    let picture = town.folder.join("visit.png");
    let profile = town.folder.join("phone");
    let status = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args([
            "--disable-sync",
            "--window-size=500,900",
            "--virtual-time-budget=4000",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(address)
        .stderr(Stdio::null())
        .status()?;
    ensure!(
        status.success() && picture.exists(),
        "no picture of the phone's page"
    );
    Ok(())
}

/// Login, counter 3, next, the form, the PDF, finish. The board shows it.
fn at_the_counter(town: &Town, number: &str) -> Result<()> {
    let console = &town.console.window;
    let see = |name: &str| town.console.picture(&town.folder, name);
    console.type_into("//input[@name='account']", ACCOUNT)?;
    console.type_into("//input[@name='password']", PASSWORD)?;
    see("console-login")?;
    console.touch("//button[@type='submit']")?;
    console.find("//button[@data-counter='3']")?;
    see("console-counters")?;
    console.touch("//button[@data-counter='3']")?;
    console.find(&format!("//*[@data-ticket='{number}']"))?;
    see("console-waiting")?;
    told("A clerk logs in, opens counter 3 and sees who waits.");

    call_until(town, number)?;
    let shown = clock::now();
    let board = &town.board.window;
    board.find(&format!("//*[@data-call='{number}'][@data-counter='3']"))?;
    let seconds = shown.elapsed().as_secs_f32();
    town.board.picture(&town.folder, "board")?;
    told(&format!(
        "次へ: the board shows {number} → 3番窓口 ({seconds:.1} s)."
    ));

    console.find("//*[@data-field='applicant_name']")?;
    console.find("//*[@data-field='copies']")?;
    console.find(
        "//img[contains(@src, 'blob:') or contains(@src, 'data:') or contains(@src, '/paper/')]",
    )?;
    see("console")?;
    told("The finished form is on the clerk's screen, and beside it the paper.");
    let pdf = paper(town)?;
    told(&format!("As A4: {} KB of PDF.", pdf / 1024));

    serve(console, number)?;
    finished(town, number)?;
    told("Done.");

    press_until(console, "undo", |it| {
        current(it).is_ok_and(|there| there == number)
    })?;
    see("console-undone")?;
    press_until(console, "finish", |it| {
        current(it).is_ok_and(|there| there != number)
    })?;
    finished(town, number)?;
    told("A finish that was a slip of the hand is undone with one press, and done again.");
    Ok(())
}

fn finished(town: &Town, number: &str) -> Result<()> {
    clock::wait_for("the ticket to be finished", 10, || {
        let state = ticket(town, number)?;
        let state = state.get("state").and_then(Value::as_str);
        Ok((state == Some("finished")).then_some(()))
    })
}

/// The number that stands at the counter; empty for nobody.
fn current(console: &Window) -> Result<String> {
    console.attribute("//*[@data-current]", "data-current")
}

/// The citizen comes, and is served to the end.
fn serve(console: &Window, number: &str) -> Result<()> {
    press_until(console, "start", |it| {
        let state = it.attribute("//*[@data-current]", "data-state");
        state.is_ok_and(|state| state == "serving")
    })?;
    press_until(console, "finish", |it| {
        current(it).is_ok_and(|there| there != number)
    })
}

/// Presses a button until something is seen. The console takes a press that follows another at once for the same
/// one, as it would a clerk's trembling finger.
fn press_until(console: &Window, act: &str, seen: impl Fn(&Window) -> bool) -> Result<()> {
    let button = format!("//button[@data-act='{act}']");
    let mut tried = Ok(());
    for _ in 0..PRESSES_MAX {
        if seen(console) {
            return Ok(());
        }
        // A button that is not there any more has done its work; what is seen decides.
        let _pressed = console.touch(&button);
        tried = clock::wait_for(act, 2, || Ok(seen(console).then_some(())));
        if tried.is_ok() {
            break;
        }
    }
    tried
}

/// Presses 次へ, and finishes those who came before, until `number` is called.
fn call_until(town: &Town, number: &str) -> Result<()> {
    let console = &town.console.window;
    for _ in 0..60 {
        press_until(console, "next", |it| {
            current(it).is_ok_and(|there| !there.is_empty())
        })?;
        let called = current(console)?;
        if called == number {
            return Ok(());
        }
        serve(console, &called)?;
    }
    anyhow::bail!("{number} was not called")
}

/// Fetches the PDF as the clerk would, with the clerk's session, and keeps it with a picture.
fn paper(town: &Town) -> Result<usize> {
    let agent = ureq::Agent::new_with_defaults();
    let base = &town.hub_address;
    let login = agent
        .post(&format!("{base}/api/login"))
        .send_json(serde_json::json!({"account": ACCOUNT, "password": PASSWORD}))?;
    let cookie = login
        .headers()
        .get("set-cookie")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .context("the hub gave no session")?
        .to_owned();
    let office = town.office()?;
    let with_case = office
        .get("tickets")
        .and_then(Value::as_array)
        .and_then(|tickets| {
            tickets
                .iter()
                .find(|ticket| ticket.get("has_case") == Some(&Value::Bool(true)))
        })
        .and_then(|ticket| ticket.get("id"))
        .and_then(Value::as_str)
        .context("no ticket has a case")?;
    let pdf = agent
        .get(&format!("{base}/api/tickets/{with_case}/paper.pdf"))
        .header("cookie", &cookie)
        .call()?
        .body_mut()
        .read_to_vec()?;
    ensure!(pdf.starts_with(b"%PDF-"), "this is no PDF");
    let path = town.folder.join("paper.pdf");
    std::fs::write(&path, &pdf)?;
    let drawn = Command::new("pdftoppm")
        .args(["-png", "-r", "110", "-singlefile"])
        .arg(&path)
        .arg(town.folder.join("paper"))
        .status()?;
    ensure!(drawn.success(), "the PDF cannot be drawn");
    Ok(pdf.len())
}

/// A booked citizen checks in; slot and ticket stand together on the console.
fn booked(town: &Town) -> Result<()> {
    let kiosk = &town.kiosk.window;
    let [booking, ..] = BOOKING_NUMBERS;
    tile(kiosk, "予約してきた")?;
    screen(kiosk, "booking")?;
    kiosk.type_into(
        "//*[@data-testid='booking-number']",
        &booking.to_lowercase().replace('-', ""),
    )?;
    town.kiosk.picture(&town.folder, "kiosk-booking")?;
    kiosk.touch("//button[@data-act='submit']")?;
    screen(kiosk, "booking_found")?;
    town.kiosk.picture(&town.folder, "kiosk-booking-found")?;
    kiosk.touch("//button[@data-act='confirm']")?;
    screen(kiosk, "done")?;
    let number = kiosk.attribute("//*[@data-screen='done']//*[@data-number]", "data-number")?;
    town.kiosk.picture(&town.folder, "kiosk-booked")?;
    told(&format!(
        "A citizen with the booking {booking} checks in and gets {number}, marked 予約."
    ));
    kiosk.touch("//button[@data-act='finish']")?;

    let console = &town.console.window;
    console.touch("//button[@data-tab='bookings']")?;
    console.find(&format!(
        "//*[@data-booking='{booking}'][contains(., '{number}')]"
    ))?;
    town.console.picture(&town.folder, "console-bookings")?;
    told("On the console the slot and the ticket stand together.");
    Ok(())
}

fn for_the_manager(town: &Town) -> Result<()> {
    let dashboard = &town.dashboard.window;
    dashboard.type_into("//input[@name='account']", ACCOUNT)?;
    dashboard.type_into("//input[@name='password']", PASSWORD)?;
    dashboard.touch("//button[@type='submit']")?;
    dashboard.find("//*[@data-measure]")?;
    dashboard.find("//*[@data-service='certificates']")?;
    dashboard.find("//canvas")?;
    town.dashboard.picture(&town.folder, "dashboard")?;
    told(
        "The manager sees today's waits: mean, median, P90, maximum, and the share over 15 minutes.",
    );
    Ok(())
}

fn told(line: &str) {
    println!("  ✓ {line}");
}

/// Waits for a screen of the kiosk.
fn screen(kiosk: &Window, kind: &str) -> Result<()> {
    kiosk.find(&format!("//*[@data-screen='{kind}']"))?;
    Ok(())
}

/// Touches the tile with this label.
fn tile(kiosk: &Window, label: &str) -> Result<()> {
    kiosk.touch(&format!("//button[contains(., '{label}')]"))
}

/// The ticket with this number, as the hub tells it.
fn ticket(town: &Town, number: &str) -> Result<Value> {
    town.office()?
        .get("tickets")
        .and_then(Value::as_array)
        .and_then(|tickets| {
            tickets
                .iter()
                .find(|ticket| ticket.get("number").and_then(Value::as_str) == Some(number))
        })
        .cloned()
        .with_context(|| format!("the hub does not know {number}"))
}

/// The picture of the last slip that came out.
fn slips(folder: &Path) -> Result<Option<std::path::PathBuf>> {
    let mut pictures: Vec<_> = std::fs::read_dir(folder.join("slips"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "png"))
        .collect();
    pictures.sort();
    Ok(pictures.pop())
}
