//! Birth dates of which nobody knows the day or the month (不詳).

use forms::{CardItems, Provenance, Refusal};

use crate::fixture::{card, certificate, provenance, words};

#[test]
fn a_year_and_a_month_are_a_birth_date_and_no_other_date() {
    for (typed, expected, said) in [
        ("1954", Ok("1954"), "昭和29年(月日不詳)"),
        ("1954-00-00", Ok("1954"), "昭和29年(月日不詳)"),
        ("19540500", Ok("1954-05"), "昭和29年5月(日不詳)"),
        ("1989", Ok("1989"), "昭和64年・平成元年(月日不詳)"),
        ("2026-11", Ok("2026-11"), "令和8年11月(日不詳)"),
        ("2026-12", Err(Refusal::InTheFuture), ""),
        ("2027", Err(Refusal::InTheFuture), ""),
        ("1872", Err(Refusal::NotADate), ""),
        ("1954-13", Err(Refusal::NotADate), ""),
        ("1954-00-05", Err(Refusal::NotADate), ""),
        ("54", Err(Refusal::NotADate), ""),
    ] {
        let mut application = certificate();
        assert_eq!(
            application.answer("birth", typed),
            expected.map(|_| ()),
            "{typed}"
        );
        if let Ok(kept) = expected {
            assert_eq!(application.value("birth"), kept);
            assert_eq!(words(&application, "birth").as_deref(), Some(said));
        }
    }
}

#[test]
fn what_a_card_knows_of_a_birth_date_is_filled_in_and_is_the_cards() {
    for (digits, kept) in [("19540000", "1954"), ("19540500", "1954-05")] {
        let mut application = certificate();
        let items = CardItems {
            birth: None,
            ..card()
        };
        application.prefill_of_unknown_day(&items, digits);
        assert_eq!(application.value("birth"), kept);
        assert_eq!(provenance(&application, "birth"), Some(Provenance::Card));
        // A clerk who finds the day in the register writes it, and the card's words stay beside it.
        application.correct("birth", "1954-05-17").unwrap();
        let answered = application.answers().find(|it| it.field.id == "birth");
        assert_eq!(answered.unwrap().of_card, Some(kept));
    }
    let mut application = certificate();
    let items = CardItems {
        birth: None,
        ..card()
    };
    application.prefill_of_unknown_day(&items, "00000000");
    assert_eq!(application.value("birth"), "", "nothing is known");
}
