//! The towns (町字) that are offered while an address is typed: the town table of デジタル庁's アドレス・ベース・レジストリ (`mt_town`, CSV).

use std::collections::BTreeMap;

/// Towns of an office; a city has a few hundred, with its 丁目 some thousands.
pub const TOWNS_MAX: usize = 5_000;
const TOWN_CHARS_MAX: usize = 100;

/// A town with what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// 広島県福山市東桜町.
    pub name: String,
    /// The reading of the town alone, in full-width katakana: ヒガシサクラマチ.
    pub kana: String,
    /// Seven digits, where the town has one postal code.
    pub postal: Option<String>,
}

/// What is wrong with a table, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// From 1.
    pub(crate) line: usize,
    /// What, and what was expected.
    pub(crate) message: String,
}

/// Reads a town table.
pub(crate) fn towns(text: &str) -> Result<Vec<Town>, Vec<Wrong>> {
    let rows = rows(text).map_err(|wrong| vec![wrong])?;
    let mut rows = rows.into_iter();
    let (_, header) = rows.next().unwrap_or_default();
    let columns = Columns::of(&header).map_err(|wrong| vec![wrong])?;
    let mut wrong = Vec::new();
    let mut towns: BTreeMap<String, Town> = BTreeMap::new();
    for (line, row) in rows {
        match columns.town(&row) {
            Ok(None) => {}
            Ok(Some(town)) => keep(&mut towns, town),
            Err(message) => wrong.push(Wrong { line, message }),
        }
    }
    if towns.len() > TOWNS_MAX {
        wrong.push(Wrong {
            line: 1,
            message: format!("expected at most {TOWNS_MAX} towns: the table of one city"),
        });
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut towns: Vec<Town> = towns.into_values().collect();
    towns.sort_by(|one, other| (&one.kana, &one.name).cmp(&(&other.kana, &other.name)));
    Ok(towns)
}

/// A town that stands there twice has a postal code only where both say the same.
fn keep(towns: &mut BTreeMap<String, Town>, town: Town) {
    match towns.get_mut(&town.name) {
        Some(before) if before.postal != town.postal => before.postal = None,
        Some(_) => {}
        None => {
            towns.insert(town.name.clone(), town);
        }
    }
}

struct Columns<'a> {
    header: &'a [String],
}

impl<'a> Columns<'a> {
    fn of(header: &'a [String]) -> Result<Self, Wrong> {
        let columns = Self { header };
        let needed = ["pref", "city", "oaza_cho", "oaza_cho_kana"];
        let missing = needed.iter().find(|it| columns.at(it).is_none());
        match missing {
            None => Ok(columns),
            Some(missing) => Err(Wrong {
                line: 1,
                message: format!(
                    "there is no column `{missing}`; expected the town table (mt_town) of the アドレス・ベース・レジストリ"
                ),
            }),
        }
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|it| it == name)
    }

    fn cell<'r>(&self, row: &'r [String], name: &str) -> &'r str {
        let cell = self.at(name).and_then(|at| row.get(at));
        cell.map_or("", |it| it.trim())
    }

    /// The town of a row; none where the row is of no use here.
    fn town(&self, row: &[String]) -> Result<Option<Town>, String> {
        let cell = |name| self.cell(row, name);
        let passed_over = ["koaza", "ablt_date"].iter().any(|it| !cell(it).is_empty());
        if passed_over || cell("oaza_cho").is_empty() {
            return Ok(None);
        }
        let town = Town {
            name: ["pref", "county", "city", "ward", "oaza_cho", "chome"]
                .map(cell)
                .concat(),
            kana: ["oaza_cho_kana", "chome_kana"].map(cell).concat(),
            postal: Some(cell("post_code").to_owned()).filter(|it| !it.is_empty()),
        };
        if town.name.chars().count() > TOWN_CHARS_MAX {
            return Err(format!("a town has at most {TOWN_CHARS_MAX} characters"));
        }
        let kana = |it: char| matches!(it, '\u{30A1}'..='\u{30FA}' | 'ー' | '０'..='９');
        if town.kana.is_empty() || !town.kana.chars().all(kana) {
            let (kana, name) = (&town.kana, &town.name);
            return Err(format!(
                "expected the reading of {name} in full-width katakana, got \"{kana}\""
            ));
        }
        let digits = |it: &str| it.len() == 7 && it.bytes().all(|it| it.is_ascii_digit());
        match &town.postal {
            Some(postal) if !digits(postal) => Err(format!(
                "\"{postal}\" is no postal code: seven digits, or nothing"
            )),
            _ => Ok(Some(town)),
        }
    }
}

/// The rows of a CSV file (RFC 4180) with their lines, from 1.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, Wrong> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        line += usize::from(character == '\n');
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push((began, std::mem::take(&mut row)));
                began = line;
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    if quoted {
        let message = "a quotation mark that is opened here is never closed".to_owned();
        return Err(Wrong {
            line: began,
            message,
        });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push((began, row));
    }
    rows.retain(|(_, row)| row.iter().any(|it| !it.is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "\u{FEFF}lg_code,machiaza_id,pref,city,oaza_cho,oaza_cho_kana,chome,chome_kana,koaza,ablt_date,post_code\r\n";

    fn read(rows: &str) -> Result<Vec<Town>, Vec<Wrong>> {
        towns(&format!("{HEADER}{rows}"))
    }

    #[test]
    fn a_registry_export_gives_its_towns_by_their_reading() {
        let towns = read(
            "342076,1,広島県,福山市,東桜町,ヒガシサクラマチ,,,,,7200065\r\n\
             342076,2,広島県,福山市,曙町,アケボノチョウ,\"一丁目\",イッチョウメ,,,7210952\r\n\
             342076,3,広島県,福山市,曙町,アケボノチョウ,,,字浜,,7210952\r\n\
             342076,4,広島県,福山市,無くなった町,ナクナッタチョウ,,,,2020-01-01,\r\n\
             342076,5,広島県,福山市,,,,,,,\r\n",
        )
        .unwrap();
        let told: Vec<(&str, &str, Option<&str>)> = towns
            .iter()
            .map(|it| (it.name.as_str(), it.kana.as_str(), it.postal.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "広島県福山市曙町一丁目",
                    "アケボノチョウイッチョウメ",
                    Some("7210952")
                ),
                ("広島県福山市東桜町", "ヒガシサクラマチ", Some("7200065")),
            ]
        );
    }

    #[test]
    fn a_town_with_two_postal_codes_has_none() {
        let towns = read(
            "1,1,広島県,福山市,芦田町福田,アシダチョウフクダ,,,,,7200845\n\
             1,1,広島県,福山市,芦田町福田,アシダチョウフクダ,,,,,7201264\n",
        );
        assert_eq!(towns.unwrap()[0].postal, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = read(
            "1,1,広島県,福山市,東桜町,ヒガシサクラマチ,,,,,720-0065\n\
             1,1,広島県,福山市,曙町,あけぼのちょう,,,,,\n",
        )
        .unwrap_err();
        assert_eq!((wrong[0].line, wrong[1].line), (2, 3));
        assert!(wrong[0].message.contains("\"720-0065\" is no postal code"));
        assert!(wrong[1].message.contains("katakana"));
        let wrong = towns("lg_code,pref\n1,広島県\n").unwrap_err();
        assert!(wrong[0].message.contains("`city`"), "{}", wrong[0].message);
        let wrong = read("1,\"1,広島県\n").unwrap_err();
        assert_eq!(wrong[0].line, 2);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[,\"\r\na福ア0-9]{0,200}") {
            let _ = read(&text);
            let _ = towns(&text);
        }
    }
}
