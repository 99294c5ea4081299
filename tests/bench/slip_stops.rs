//! A printer that stops at every 64th byte of a slip, in seven ways: what becomes of the number.

use std::time::Instant;

use anyhow::Result;

use crate::{
    row::Row,
    slip_faults::{FREE_MAX, Pace, Tally, play_all, play_sample},
};

/// So far apart are the bytes at which the printer stops.
const STEP_BYTES: usize = 64;
/// Bytes of each slip that are tried over real sockets, with each fault and each kind of confirmation.
const SAMPLE_POSITIONS: usize = 6;

/// Rows `slip.faults.*`: the whole matrix with a clock that is a number, and a sample over real sockets.
pub async fn rows() -> Result<Vec<Row>> {
    let began = Instant::now();
    let (tallies, wrong) = tokio::task::spawn_blocking(|| play_all(STEP_BYTES)).await?;
    let seconds = began.elapsed().as_secs_f64();
    let mut all = Tally::default();
    for (stop, tally) in &tallies {
        println!(
            "  {stop:?}: {} courses, {} double, {} lost, {} untold, {} late, {} untrue, {} next failed, {} confirmed later or at once, free after {:.1} s",
            tally.courses,
            tally.doubles,
            tally.lost,
            tally.untold,
            tally.late,
            tally.untrue,
            tally.next_failed,
            tally.confirmed,
            tally.free_after.as_secs_f64()
        );
        all.add(*tally);
    }
    if let Some(course) = wrong {
        println!("  went wrong first: {course:?}");
    }
    let sample = play_sample(SAMPLE_POSITIONS, Pace::real()).await?;
    let over = |counted: fn(&Tally) -> usize| (counted(&all) + counted(&sample)) as f64;
    let courses = format!(
        "{} courses played in {seconds:.0} s, every {STEP_BYTES} bytes × 7 faults × 2 confirmations × 2 buffers × 2 repairs; {} over real sockets",
        all.courses, sample.courses
    );
    let most = |id, value, note: &str| Row::at_most(id, value, "slips", 0.0, note.to_owned());
    let free = all.free_after.max(sample.free_after).as_secs_f64();
    Ok(vec![
        most("slip.faults.doubles", over(|it| it.doubles), &courses),
        most(
            "slip.faults.lost",
            over(|it| it.lost),
            "on no paper, and nobody was told",
        ),
        most(
            "slip.faults.untold",
            over(|it| it.untold),
            "nobody was ever told what became of it, on paper or not",
        ),
        most(
            "slip.faults.late",
            over(|it| it.late),
            "told later than five seconds",
        ),
        most(
            "slip.faults.untrue",
            over(|it| it.untrue),
            "called printed, and not on paper",
        ),
        most(
            "slip.faults.next_failed",
            over(|it| it.next_failed),
            "the next visitor's slip after the repair was not whole and confirmed",
        ),
        Row::at_most(
            "slip.faults.free_s",
            free,
            "s",
            FREE_MAX.as_secs_f64(),
            "from handing a slip to the printer's machine, which has no other then, to the first word about it; how long a visitor stands before the kiosk's screen is the kiosk's own limit"
                .to_owned(),
        ),
    ])
}
