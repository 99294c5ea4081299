//! `cargo xtask fuzz`: arbitrary bytes and arbitrary cards against the card crate (`tests/fuzz`).
//!
//! The engine is LLVM's libFuzzer. It needs a compiler that counts branches, which stable Rust can be told to
//! do; so that nothing else is built like that, it has a target folder of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::steps::{Show, command, root, step};

const TARGETS: [&str; 4] = ["tlv", "responses", "licence", "residence"];

/// How long every test run feeds each target, which is what the table of measured numbers claims.
const SECONDS: u32 = 60;

/// Targets that are fed at the same time.
const AT_ONCE: usize = 2;

/// The longest input: several files of a card, or a conversation of a few hundred answers.
const INPUT_BYTES_MAX: u32 = 4_096;

/// Longer than this over one input is a hang.
const INPUT_SECONDS_MAX: u32 = 10;

const MEMORY_MB_MAX: u32 = 2_048;

/// Branch counters, the table of the program's branches, and what comparisons compare; arithmetic that
/// overflows stops the program, as in a test.
const RUSTFLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1";

/// `[TARGET] [--seconds N]`, or `TARGET --input FILE`.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    match words {
        [] => all(SECONDS),
        ["--seconds", seconds] => all(seconds.parse()?),
        [target] => some(&[known(target)?], SECONDS),
        [target, "--seconds", seconds] => some(&[known(target)?], seconds.parse()?),
        [target, "--input", file] => again(known(target)?, file),
        _ => bail!(
            "[TARGET] [--seconds N] or TARGET --input FILE, where TARGET is one of {TARGETS:?}"
        ),
    }
}

/// What every test run does.
pub(crate) fn a_minute_each() -> Result<()> {
    all(SECONDS)
}

fn all(seconds: u32) -> Result<()> {
    some(&TARGETS, seconds)
}

fn known(word: &str) -> Result<&'static str> {
    let target = TARGETS.into_iter().find(|target| *target == word);
    target.with_context(|| format!("the targets are {TARGETS:?}"))
}

fn some(targets: &[&'static str], seconds: u32) -> Result<()> {
    let programs = build()?;
    println!("▶ fuzzing {} for {seconds} s each", targets.join(", "));
    let mut rows = Vec::new();
    let (mut crashed, mut idle) = (Vec::new(), Vec::new());
    for group in targets.chunks(AT_ONCE) {
        let running: Vec<_> = group
            .iter()
            .map(|target| Running::start(&programs, target, seconds))
            .collect::<Result<_>>()?;
        for target in running {
            let told = target.end()?;
            println!("  {}", told.line(seconds));
            rows.extend(told.rows(seconds));
            crashed.extend(told.crash.is_some().then_some(told.target));
            idle.extend((told.executions == 0).then_some(told.target));
        }
    }
    if seconds < SECONDS {
        println!("  less than {SECONDS} s claims nothing: only what broke is written down");
        rows.retain(|row| row.get("ok") == Some(&Value::Bool(false)));
    }
    keep(rows)?;
    ensure!(crashed.is_empty(), "crashes in {}", crashed.join(", "));
    ensure!(
        idle.is_empty(),
        "nothing was executed by {}",
        idle.join(", ")
    );
    Ok(())
}

/// Plays one input again, with everything it says.
fn again(target: &str, file: &str) -> Result<()> {
    ensure!(Path::new(file).is_file(), "there is no {file}");
    let mut program = Command::new(build()?.join(format!("fuzz-{target}")));
    program.arg(file).env("RUST_BACKTRACE", "1");
    step("fuzz-again", "playing it again", &mut program, Show::All)
}

/// Builds the targets, and says in which folder they are.
fn build() -> Result<PathBuf> {
    let host = host()?;
    let mut cargo = command(&[
        "cargo",
        "build",
        "--release",
        "--package",
        "fuzz",
        "--features",
        "coverage",
        "--bins",
        "--target-dir",
        "target/fuzz",
        "--target",
        &host,
    ]);
    cargo
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    step(
        "fuzz-build",
        "building the fuzzer (the first time takes two minutes)",
        &mut cargo,
        Show::Progress,
    )?;
    Ok(folder("").join(host).join("release"))
}

/// The platform, which has to be named so that build scripts and macros are built without counters.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say its host")
}

fn folder(name: &str) -> PathBuf {
    root().join("target/fuzz").join(name)
}

/// A target being fed.
struct Running {
    target: &'static str,
    child: Child,
    log: PathBuf,
}

impl Running {
    fn start(programs: &Path, target: &'static str, seconds: u32) -> Result<Self> {
        let seeds = folder("seeds").join(target);
        let corpus = folder("corpus").join(target);
        let crashes = folder("crashes");
        let logs = root().join("target/xtask");
        for folder in [&seeds, &corpus, &crashes, &logs] {
            fs::create_dir_all(folder)?;
        }
        let log = logs.join(format!("fuzz-{target}.log"));
        let file = File::create(&log)?;
        let child = Command::new(programs.join(format!("fuzz-{target}")))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"))
            .arg(format!("-artifact_prefix={}/{target}-", crashes.display()))
            .arg("-print_final_stats=1")
            .args([&corpus, &seeds])
            .env("UKETSUKE_FUZZ_SEEDS", &seeds)
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start the target {target}"))?;
        Ok(Self { target, child, log })
    }

    fn end(mut self) -> Result<Told> {
        let status = self.child.wait()?;
        let log = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        let executions = after(&log, "stat::number_of_executed_units:");
        let told = Told {
            target: self.target,
            executions: executions.and_then(|text| text.parse().ok()).unwrap_or(0),
            branches: after(&log, " cov: ")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            crash: after(&log, "Test unit written to ").map(str::to_owned),
        };
        if status.success() || told.crash.is_some() {
            if told.crash.is_some() {
                println!("{}", panic_of(&log));
            }
            return Ok(told);
        }
        bail!(
            "the target {} ended with {status}; see {}",
            self.target,
            self.log.display()
        )
    }
}

/// The word behind the last occurrence of a text.
fn after<'a>(log: &'a str, text: &str) -> Option<&'a str> {
    log.rsplit_once(text)?.1.split_whitespace().next()
}

/// What the program said when it stopped.
fn panic_of(log: &str) -> String {
    let from = log.lines().skip_while(|line| !line.contains("panicked at"));
    from.take(3).collect::<Vec<_>>().join("\n")
}

/// What came of a target.
struct Told {
    target: &'static str,
    executions: u64,
    branches: u64,
    /// The file of the input that broke a promise.
    crash: Option<String>,
}

impl Told {
    fn line(&self, seconds: u32) -> String {
        let end = match &self.crash {
            None => "no crash".to_owned(),
            Some(file) => format!(
                "CRASH, play it again: cargo xtask fuzz {} --input {file}",
                self.target
            ),
        };
        format!(
            "{:<10} {:>10} executions in {seconds} s, {} branches, {end}",
            self.target, self.executions, self.branches
        )
    }

    /// Two rows of the table of measured numbers.
    fn rows(&self, seconds: u32) -> [Value; 2] {
        let crashes = usize::from(self.crash.is_some());
        let note = format!(
            "libFuzzer with branch counters, {seconds} s, {} branches",
            self.branches
        );
        [
            json!({
                "id": format!("card.fuzz.{}.crashes", self.target), "group": "fuzz",
                "value": f64::from(u8::try_from(crashes).unwrap_or(u8::MAX)), "unit": "crashes",
                "limit": 0.0, "ok": crashes == 0, "note": note,
            }),
            json!({
                "id": format!("card.fuzz.{}.execs", self.target), "group": "fuzz",
                "value": self.executions as f64, "unit": "execs",
                "limit": null, "ok": self.executions > 0, "note": note,
            }),
        ]
    }
}

/// Puts the rows in the place of what the same targets said before, beside those of the benchmarks.
fn keep(rows: Vec<Value>) -> Result<()> {
    let path = root().join("target/bench.json");
    let before: Vec<Value> = fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let id = |row: &Value| {
        row.get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let new: Vec<String> = rows.iter().map(id).collect();
    let mut all: Vec<Value> = before
        .into_iter()
        .filter(|row| !new.contains(&id(row)))
        .chain(rows)
        .collect();
    all.sort_by_key(id);
    fs::write(path, serde_json::to_vec_pretty(&all)?)?;
    Ok(())
}
