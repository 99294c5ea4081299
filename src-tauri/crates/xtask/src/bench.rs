//! `cargo xtask bench`: builds what is measured as it ships, then runs `tests/bench`.

use anyhow::Result;

use crate::{
    setup,
    steps::{Show, command, step},
};

/// Measures the groups that are named, or all (tests/bench/main.rs has the list).
pub(crate) fn run(groups: &[&str]) -> Result<()> {
    setup::everything()?;
    step(
        "ui-build",
        "building the pages",
        &mut crate::test::npm(&["run", "build"]),
        Show::Progress,
    )?;
    step(
        "bench-build",
        "building what is measured, optimised (the first time takes half an hour)",
        &mut command(&["cargo", "build", "--release", "--workspace", "--bins"]),
        Show::Progress,
    )?;
    let mut bench = command(&[
        "cargo",
        "bench",
        "--package",
        "tests",
        "--bench",
        "bench",
        "--",
    ]);
    bench.args(groups);
    step("bench", "measuring", &mut bench, Show::All)
}
