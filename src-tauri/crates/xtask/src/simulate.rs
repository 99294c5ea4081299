//! `cargo xtask simulate`: whole office-days from seeds, against what must hold.

use anyhow::Result;

use crate::{
    steps::{Show, command, step},
    world::program,
};

/// How many office-days every test run plays.
const SEEDS: &str = "10000";

/// Plays `--seeds N` days, or the one of `--seed S`, told step by step.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    step(
        "simulate-build",
        "building the simulation",
        &mut command(&["cargo", "build", "--package", "sim", "--bins"]),
        Show::Progress,
    )?;
    play(words)
}

/// The days that every test run plays, with what is built.
pub(crate) fn ten_thousand() -> Result<()> {
    play(&["--seeds", SEEDS])
}

fn play(words: &[&str]) -> Result<()> {
    let mut days = std::process::Command::new(program("uketsuke-sim"));
    days.arg("office-days").args(words);
    step("simulate", "simulated office-days", &mut days, Show::All)
}
