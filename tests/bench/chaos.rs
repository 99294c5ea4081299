//! Two hundred times `kill -9` while four kiosks issue.

use anyhow::Result;

use crate::{
    chaos_play::{Plan, play},
    fixture::{open_office, program, target},
    row::{Row, percentile},
};

const KILLS: usize = 200;

/// Rows `chaos.kill.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let office = open_office()?;
    let folder = tempfile::tempdir_in(target())?;
    let mut outcome = play(Plan {
        program: program("uketsuke-hub")?,
        config: office.path(),
        folder: folder.path(),
        kills: KILLS,
    })
    .await?;
    let note = format!(
        "{} kills, {} slips: {} numbers given by a kiosk alone, {} presses asked again with their key; \
         start p50 {:.0} ms, slowest {:.0} ms",
        outcome.kills,
        outcome.slips,
        outcome.given_alone,
        outcome.asked_again,
        percentile(&mut outcome.start_ms, 0.5),
        percentile(&mut outcome.start_ms, 1.0),
    );
    let count = |list: &[String]| list.len() as f64;
    Ok(vec![
        Row::at_most(
            "chaos.kill.lost",
            count(&outcome.lost),
            "slips",
            0.0,
            note.clone(),
        ),
        Row::at_most(
            "chaos.kill.repeated",
            count(&outcome.repeated),
            "numbers",
            0.0,
            note,
        ),
    ])
}
