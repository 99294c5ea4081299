//! Rows of people, children, dogs: neighbouring fields that stand once for each number among the options of a choice.

use forms::{Clause, Condition, Field, Text};

use super::FieldFile;
use crate::{Mistake, source::Source};

/// More rows than this nobody fills in at a kiosk, and no paper has.
const ROWS_MAX: u32 = 20;

/// The fields of a form, with every row written out: a whole row after the other, each field with the row's number behind its
/// id, and each row only where the choice says that there are so many.
pub(super) fn written_out(
    files: &[FieldFile],
    source: &Source,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut rest = files;
    while let Some((first, behind)) = rest.split_first() {
        let Some(repeat) = &first.repeat else {
            fields.push(first.field(source, mistakes));
            rest = behind;
            continue;
        };
        let count = repeat.get_ref();
        let together = |it: &&FieldFile| it.repeat.as_ref().is_some_and(|it| it.get_ref() == count);
        let length = rest.iter().take_while(together).count();
        let (row, behind) = rest.split_at(length);
        rest = behind;
        for card in row.iter().filter_map(|it| it.card.as_ref()) {
            let message =
                "a repeated field is not about the person at the kiosk, so no card fills it in";
            mistakes.push(source.mistake(card.span(), message));
        }
        let row: Vec<Field> = row.iter().map(|it| it.field(source, mistakes)).collect();
        let numbers = numbers(files, count);
        if numbers.is_empty() {
            let message = format!(
                "expected the id of a choice whose options are numbers from 1 to {ROWS_MAX}, got \"{count}\""
            );
            mistakes.push(source.mistake(repeat.span(), message));
        }
        for number in 1..=numbers.iter().copied().max().unwrap_or(0) {
            let so_many = Clause {
                field: count.clone(),
                one_of: (numbers.iter().filter(|it| **it >= number))
                    .map(u32::to_string)
                    .collect(),
            };
            fields.extend(row.iter().map(|it| numbered(it, number, &row, &so_many)));
        }
    }
    fields
}

/// The numbers among the options of a choice, in their order.
fn numbers(files: &[FieldFile], choice: &str) -> Vec<u32> {
    let choice = files
        .iter()
        .find(|it| it.id.get_ref() == choice && it.repeat.is_none());
    let options = choice.and_then(|it| it.options.as_ref());
    let options = options.into_iter().flat_map(|it| it.get_ref());
    let numbers = options.filter_map(|it| it.id.parse().ok());
    numbers.filter(|it| (1..=ROWS_MAX).contains(it)).collect()
}

fn numbered(field: &Field, number: u32, row: &[Field], so_many: &Clause) -> Field {
    let mut field = field.clone();
    let text = |text: &Text| -> Text {
        let numbered = |(tag, words): (&String, &String)| {
            (tag.clone(), words.replace("{n}", &number.to_string()))
        };
        text.iter().map(numbered).collect()
    };
    field.id = format!("{}_{number}", field.id);
    field.label = text(&field.label);
    field.question = text(&field.question);
    field.help = field.help.as_ref().map(text);
    // Within a row conditions speak of the same row.
    let of_row = |clause: &Clause| {
        let mut clause = clause.clone();
        if row.iter().any(|it| it.id == clause.field) {
            clause.field = format!("{}_{number}", clause.field);
        }
        clause
    };
    field.meaning = field.meaning.map(|it| {
        let numbered = it.rewritten(|is| is.replace("{n}", &number.to_string()));
        numbered.under(|when| Condition {
            all: when.all.iter().map(of_row).collect(),
        })
    });
    let mut all = vec![so_many.clone()];
    let when = field.when.iter().flat_map(|it| &it.all);
    all.extend(when.map(of_row));
    field.when = Some(Condition { all });
    field
}

/// The id in the file of a field whose row has been written out.
pub(super) fn without_number(id: &str) -> Option<&str> {
    let (name, number) = id.rsplit_once('_')?;
    number.bytes().all(|it| it.is_ascii_digit()).then_some(name)
}
