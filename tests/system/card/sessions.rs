//! Many visits against the card in memory; `cargo xtask bench card` plays ten thousand.

#[path = "../../common/card_sessions.rs"]
pub(super) mod play;

#[test]
fn two_thousand_visits_lock_no_card_and_ask_nothing_forbidden() {
    let seen = play::play(1, 2_000);
    let broken = seen.locked + seen.forbidden + seen.verifies_too_many + seen.untrue;
    assert_eq!(broken, 0, "{seen}");
    assert!(seen.is_telling(), "something was never tried: {seen}");
    assert_eq!(
        play::play(1, 100).to_string(),
        play::play(1, 100).to_string()
    );
}
