#![doc = include_str!("../README.md")]

mod bench;
mod clock;
mod demo;
mod fuzz;
mod setup;
mod simulate;
mod steps;
mod story;
mod test;
mod town;
mod webdriver;
mod world;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask demo [--once]     one visit, on real parts, told as it happens; --once ends after it
cargo xtask test              everything: format, lints, Rust, pages, browser, window (what CI runs)
cargo xtask bench [GROUP]     a table of measured numbers and target/bench.json
cargo xtask simulate [--seeds N] [--seed S]
                              whole office-days against what must hold; one seed is told step by step
cargo xtask fuzz [TARGET] [--seconds N]
                              arbitrary cards against the card crate; TARGET --input FILE plays one again
cargo xtask pictures          renews the README's pictures
cargo xtask bless             renews generated and golden files
cargo xtask card put|take     puts the demo's card on the reader, takes it off; `put credit` another one, `fault 3 half`
                              and every other line of the virtual card's control
cargo xtask setup             installs what is missing, and nothing else";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["setup"] => setup::everything(),
        ["demo"] => demo::run(demo::Ending::StayUp),
        ["demo", "--once"] => demo::run(demo::Ending::Once),
        ["test"] => test::run(),
        ["bench", group @ ..] => bench::run(group),
        ["simulate", words @ ..] => simulate::run(words),
        ["fuzz", words @ ..] => fuzz::run(words),
        ["pictures"] => demo::pictures(),
        ["bless"] => test::bless(),
        ["card", words @ ..] if !words.is_empty() => {
            println!("{}", demo::card(&words.join(" "))?);
            Ok(())
        }
        _ => bail!("I know these:\n{USAGE}"),
    }
}
