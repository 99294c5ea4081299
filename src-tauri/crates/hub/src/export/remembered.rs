//! What is remembered of a press that handed something over, so that the same press again is answered the same.
//!
//! Answers are kept in the clear, so no character of anybody's name or address is in them. What a clerk had chosen for one stands
//! in the request, which comes again with its key.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wire::export::{
    ExportCharacter, ExportFault, ExportedBatch, HandOver, HandedOver, Substituted,
};

use forms::export::code_points;

use crate::problem::Refused;

#[derive(Serialize, Deserialize)]
struct RememberedCase {
    told: HandedOver,
    /// The value, and which of the request's choices stands in it.
    substituted: Vec<(String, usize)>,
}

/// What is remembered of a day's file.
pub(crate) fn day(told: &ExportedBatch) -> Result<Vec<u8>, Refused> {
    let mut told = told.clone();
    for left in &mut told.left_out {
        without_characters(&mut left.faults);
    }
    json(&told)
}

/// What was told of a day's file.
pub(crate) fn told_of_day(remembered: &[u8]) -> Result<ExportedBatch, Refused> {
    read(remembered)
}

/// What is remembered of one case's file.
pub(crate) fn case(told: &HandedOver, asked: &HandOver) -> Result<Vec<u8>, Refused> {
    let mut told = told.clone();
    without_characters(&mut told.faults);
    let substituted = std::mem::take(&mut told.substituted);
    let chosen = |it: &Substituted| {
        let mut choices = asked.substitutes.iter();
        choices.position(|asked| asked.character == it.character.character)
    };
    let substituted = substituted
        .into_iter()
        .filter_map(|it| chosen(&it).map(|nth| (it.header, nth)));
    json(&RememberedCase {
        told,
        substituted: substituted.collect(),
    })
}

/// What was told of one case's file.
pub(crate) fn told_of_case(remembered: &[u8], asked: &HandOver) -> Result<HandedOver, Refused> {
    let RememberedCase {
        mut told,
        substituted,
    } = read(remembered)?;
    let substituted = substituted.into_iter().filter_map(|(header, nth)| {
        let chosen = asked.substitutes.get(nth)?;
        Some(Substituted {
            header,
            character: ExportCharacter {
                character: chosen.character.clone(),
                code_points: code_points(&chosen.character),
            },
            by: chosen.by.clone(),
        })
    });
    told.substituted = substituted.collect();
    Ok(told)
}

fn without_characters(faults: &mut [ExportFault]) {
    for fault in faults {
        fault.characters.clear();
    }
}

fn json(told: &impl Serialize) -> Result<Vec<u8>, Refused> {
    serde_json::to_vec(told).map_err(|error| Refused::internal("remembering an answer", &error))
}

fn read<T: DeserializeOwned>(remembered: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(remembered)
        .map_err(|_| Refused::internal("recalling an answer", &"it is not of a known shape"))
}

#[cfg(test)]
mod tests {
    use wire::export::{ExportFaultKind, LeftOut, Substitute};

    use super::*;

    fn character() -> ExportCharacter {
        ExportCharacter {
            character: "𠮷".to_owned(),
            code_points: "U+20BB7".to_owned(),
        }
    }

    fn fault() -> ExportFault {
        ExportFault {
            header: "氏名".to_owned(),
            kind: ExportFaultKind::NotEncodable,
            characters: vec![character()],
            chars: None,
            chars_max: None,
        }
    }

    #[test]
    fn no_character_of_a_name_is_remembered_and_the_answer_is_told_again_all_the_same() {
        let asked = HandOver {
            substitutes: vec![Substitute {
                character: "𠮷".to_owned(),
                by: "吉".to_owned(),
            }],
        };
        let told = HandedOver {
            file: Some("juki_idou-20261124-A-012-1a2b3c4d.csv".to_owned()),
            rows: 1,
            faults: vec![fault()],
            substituted: vec![Substituted {
                header: "氏名".to_owned(),
                character: character(),
                by: "吉".to_owned(),
            }],
            neutralised: vec!["備考".to_owned()],
        };
        let kept = case(&told, &asked).unwrap();
        let again = told_of_case(&kept, &asked).unwrap();
        assert_eq!((again.file, again.rows), (told.file, 1));
        let replaced = &again.substituted[0];
        assert_eq!(
            (replaced.header.as_str(), replaced.by.as_str()),
            ("氏名", "吉")
        );
        assert!(replaced.character == character());
        let day_told = ExportedBatch {
            file: None,
            day: "2026-11-24".to_owned(),
            rows: 3,
            left_out: vec![LeftOut {
                number: "A-012".to_owned(),
                faults: vec![fault()],
            }],
            waiting: 1,
            before: 2,
            changed: vec!["A-003".to_owned()],
        };
        let kept_day = day(&day_told).unwrap();
        let again = told_of_day(&kept_day).unwrap();
        assert_eq!((again.rows, again.changed), (3, day_told.changed));
        assert_eq!(again.left_out[0].number, "A-012");
        for kept in [kept, kept_day] {
            let kept = String::from_utf8(kept).unwrap();
            assert!(!kept.contains(['𠮷', '吉']), "{kept}");
        }
    }
}
