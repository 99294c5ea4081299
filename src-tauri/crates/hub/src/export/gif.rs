//! Applications after the application model of the GIF: 政府相互運用性フレームワーク, 実装データモデル(行政), 申請(個人), v2.2
//! (github.com/digital-go-jp/GIF, CC BY 4.0). Names are the model's without its prefixes; partial use is what it allows.

use forms::{Answered, text_in};
use office::{BatchTarget, ExportTarget};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use zeroize::Zeroizing;

use super::Row;
use crate::problem::Refused;

/// The shape of the file; it changes when a name in it does.
const SCHEMA: &str = "uketsuke/application/1";
/// The question who comes to whoever the form is about, and the answer that somebody asked them to.
const RELATION: &str = "relation";
const AGENT: &str = "agent";

#[derive(Serialize)]
struct Batch<'a> {
    schema: &'static str,
    target: &'a str,
    day: &'a str,
    applications: Vec<Application<'a>>,
}

#[derive(Serialize)]
struct Application<'a> {
    #[serde(
        rename = "全国地方公共団体コード",
        skip_serializing_if = "Option::is_none"
    )]
    government_code: Option<&'a str>,
    case: &'a str,
    ticket: &'a str,
    #[serde(rename = "個人申請基本情報（A票）")]
    about: About<'a>,
    #[serde(rename = "申請内容（B票）")]
    content: Content<'a>,
    provenance: Provenances<'a>,
    finished_at: String,
}

#[derive(Serialize)]
struct About<'a> {
    #[serde(rename = "宛先")]
    addressee: Organisation<'a>,
    #[serde(rename = "申請日")]
    filed_on: String,
    #[serde(rename = "申請者")]
    applicant: Person<'a>,
    #[serde(rename = "連絡先")]
    contact: Option<Contact<'a>>,
    #[serde(rename = "委任者")]
    principal: Option<Person<'a>>,
}

#[derive(Serialize)]
struct Organisation<'a> {
    #[serde(rename = "商号または名称")]
    name: &'a str,
}

#[derive(Serialize)]
struct Person<'a> {
    #[serde(rename = "氏名")]
    name: Option<&'a str>,
    #[serde(rename = "氏名（カナ）")]
    kana: Option<&'a str>,
    #[serde(rename = "性別")]
    sex: Option<&'static str>,
    #[serde(rename = "生年月日")]
    birth: Option<&'a str>,
    #[serde(rename = "住所")]
    address: Option<Address<'a>>,
}

#[derive(Serialize)]
struct Address<'a> {
    #[serde(rename = "全文")]
    whole: &'a str,
    #[serde(rename = "郵便番号")]
    postal: Option<&'a str>,
}

#[derive(Serialize)]
struct Contact<'a> {
    #[serde(rename = "連絡先電話番号")]
    phone: &'a str,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(rename = "名称")]
    name: &'a str,
    #[serde(rename = "手続")]
    procedure: &'a str,
    #[serde(rename = "内容")]
    values: Values<'a>,
    #[serde(rename = "更新年月日")]
    changed_on: String,
}

/// The target's columns by their headers, in the target's order.
struct Values<'a>(&'a ExportTarget, &'a Row<'a>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.1.record.cells();
        let mut map = serializer.serialize_map(Some(cells.len()))?;
        for (column, cell) in self.0.layout.columns().iter().zip(cells) {
            map.serialize_entry(&column.header, cell.value())?;
        }
        map.end()
    }
}

/// Where the answers come from, by the same headers.
struct Provenances<'a>(&'a ExportTarget, &'a Row<'a>);

impl Serialize for Provenances<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let columns = self.0.layout.columns().iter();
        for (column, cell) in columns.zip(self.1.record.cells()) {
            if let Some(provenance) = cell.provenance().filter(|_| !cell.value().is_empty()) {
                let provenance: wire::case::Provenance = provenance.into();
                map.serialize_entry(&column.header, &provenance)?;
            }
        }
        map.end()
    }
}

/// A case of the day.
pub(crate) struct Of<'a> {
    /// The number on its slip.
    pub(crate) number: &'a str,
    /// Its identity.
    pub(crate) case: &'a str,
    /// Its form.
    pub(crate) row: &'a Row<'a>,
}

/// The whole file.
pub(crate) fn bytes<'a>(
    target: &'a ExportTarget,
    batch: &'a BatchTarget,
    day: &'a str,
    rows: impl IntoIterator<Item = Of<'a>>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let batch = Batch {
        schema: SCHEMA,
        target: target.layout.id(),
        day,
        applications: rows
            .into_iter()
            .map(|it| application(target, batch, &it))
            .collect(),
    };
    serde_json::to_vec_pretty(&batch)
        .map(Zeroizing::new)
        .map_err(|error| Refused::internal("writing applications", &error))
}

fn application<'a>(
    target: &'a ExportTarget,
    batch: &'a BatchTarget,
    of: &Of<'a>,
) -> Application<'a> {
    let row = of.row;
    let procedure = &row.open.form.procedure;
    let answers: Vec<Answered<'a>> = row.open.application.answers().collect();
    let about = |meaning: &str| {
        let mut answered = answers.iter().filter(|it| !it.value.is_empty());
        let means = |it: &&Answered<'a>| it.says(meaning);
        answered.find(means).map(|it| it.value)
    };
    Application {
        government_code: batch.government_code.as_deref(),
        case: of.case,
        ticket: of.number,
        about: About {
            addressee: Organisation {
                name: &batch.addressee,
            },
            filed_on: row.finished.date_naive().to_string(),
            applicant: person(&|what| about(&format!("applicant.{what}"))),
            contact: about("applicant.phone").map(|phone| Contact { phone }),
            principal: row.open.application.value(RELATION).eq(AGENT).then(|| {
                // Whoever the form is about asked the agent to come; where it is about a household, its head did.
                let of = if about("subject.name").is_some() {
                    "subject"
                } else {
                    "household.head"
                };
                person(&|what| about(&format!("{of}.{what}")))
            }),
        },
        content: Content {
            name: text_in(procedure.name(), "ja"),
            procedure: procedure.id(),
            values: Values(target, row),
            changed_on: row.changed.date_naive().to_string(),
        },
        provenance: Provenances(target, row),
        finished_at: row.finished.to_rfc3339(),
    }
}

/// Somebody, by what is asked about them.
fn person<'a>(about: &dyn Fn(&str) -> Option<&'a str>) -> Person<'a> {
    Person {
        name: about("name"),
        kana: about("kana"),
        sex: about("sex").map(sex),
        birth: about("birth"),
        address: about("address").map(|whole| Address {
            whole,
            postal: about("postal"),
        }),
    }
}

/// 1 男, 2 女, 3 その他 as cards code them.
fn sex(option: &str) -> &'static str {
    match option {
        "male" => "1",
        "female" => "2",
        _ => "3",
    }
}
