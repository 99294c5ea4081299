//! A dozen times the hub is killed in the middle of work, and four kiosks go on, with it and without it.

use crate::{
    chaos_play::{Plan, play},
    hub_process::program,
    open_office,
};

const KILLS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_kiosks_printed_over_a_dozen_kills_is_in_the_queue_once() {
    let office = open_office();
    let folder = tempfile::tempdir().unwrap();
    let outcome = play(Plan {
        program: program("uketsuke-hub"),
        config: office.path(),
        folder: folder.path(),
        kills: KILLS,
    })
    .await
    .unwrap();
    assert_eq!(outcome.kills, KILLS);
    assert_eq!(outcome.lost, Vec::<String>::new(), "{outcome:?}");
    assert_eq!(outcome.repeated, Vec::<String>::new(), "{outcome:?}");
    // Otherwise nothing was tried.
    assert!(outcome.slips > 10 * KILLS / 2, "{outcome:?}");
    assert!(outcome.given_alone > 0, "{outcome:?}");
    assert!(outcome.asked_again > 0, "{outcome:?}");
}
