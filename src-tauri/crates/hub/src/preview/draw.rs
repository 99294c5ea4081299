//! What a procedure's files come to: its questions, its papers, or what is wrong with them.

use forms::{Application, Field, Kind, text_in};
use office::{Form, Office};
use paper::{CaseCode, Document, Template, TypesetError, Typesetter};
use serde::Serialize;

use crate::{
    Clock,
    preview::{
        Preview,
        sample::{Way, filled},
    },
    print::name_of,
};

const PREVIEW_PPI: f32 = 110.0;
/// The longest paper that is drawn.
const PAGES_MAX: usize = 10;

/// Everything that the page shows.
#[derive(Default, Serialize)]
pub(super) struct Drawn {
    /// Counts changes of the files.
    pub(super) version: u64,
    /// The procedure's file, as it was named.
    procedure: String,
    /// What is wrong, a line each; what stands below is then older than the files.
    mistakes: Vec<String>,
    /// What the file says.
    told: Option<Told>,
    /// The paper in several ways.
    pub(super) papers: Vec<Paper>,
}

/// A procedure as the kiosk has it.
#[derive(Clone, Serialize)]
struct Told {
    name: String,
    note: Option<String>,
    service: String,
    fee: Option<String>,
    keep_days: u16,
    documents: Vec<String>,
    clerk_notes: Vec<String>,
    questions: Vec<Question>,
}

/// One question.
#[derive(Clone, Serialize)]
struct Question {
    id: String,
    label: String,
    question: String,
    help: Option<String>,
    kind: &'static str,
    options: Vec<String>,
    required: bool,
    /// The card fills it in.
    card: bool,
    /// It is asked only then: `kind = part / removed`.
    when: Option<String>,
    default: Option<String>,
    meaning: Option<String>,
}

/// The paper as it comes out in one way of answering.
#[derive(Clone, Serialize)]
pub(super) struct Paper {
    way: &'static str,
    /// How many pages are drawn.
    pages: usize,
    /// How many questions are asked until it is finished.
    questions: usize,
    #[serde(skip)]
    pub(super) pictures: Vec<Vec<u8>>,
}

/// Reads everything anew. Where something is wrong, what was drawn before stays beside the mistakes.
pub(super) fn draw(preview: &Preview, clock: &Clock, version: u64, before: &Drawn) -> Drawn {
    let drawn = |mistakes, told, papers| Drawn {
        version,
        procedure: preview.procedure.clone(),
        mistakes,
        told,
        papers,
    };
    let office = match Office::load(&preview.config) {
        Ok(office) => office,
        Err(mistakes) => {
            let mut lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            // Those of the file that is being written come first.
            let own = format!("{}.", preview.procedure);
            lines.sort_by_key(|line| !line.contains(&own));
            return drawn(lines, before.told.clone(), before.papers.clone());
        }
    };
    let Some(form) = office.form(&preview.procedure) else {
        return drawn(vec![absent(preview, &office)], None, Vec::new());
    };
    match papers(&office, form, clock) {
        Ok((papers, mistakes)) => drawn(mistakes, Some(told(&office, form, clock)), papers),
        Err(mistakes) => drawn(
            mistakes,
            Some(told(&office, form, clock)),
            before.papers.clone(),
        ),
    }
}

fn absent(preview: &Preview, office: &Office) -> String {
    let known: Vec<&str> = (office.procedures.iter())
        .map(|it| it.procedure.id())
        .collect();
    format!(
        "there is no procedures/{}.toml; procedures are {}",
        preview.procedure,
        known.join(", ")
    )
}

type Lines = Vec<String>;

fn papers(office: &Office, form: &Form, clock: &Clock) -> Result<(Vec<Paper>, Lines), Lines> {
    let fonts = &office.fonts_dir;
    let typesetter =
        Typesetter::open(fonts).map_err(|error| vec![format!("{}: {error}", fonts.display())])?;
    let name = name_of(&form.template);
    let template = Template {
        name: &name,
        source: &form.template_source,
    };
    let date = office.rules.day(clock.now()).date();
    let mut papers = Vec::new();
    for way in Way::ALL {
        let (application, questions) = filled(&form.procedure, date, way);
        let code = CaseCode::of([0x5a; 10]);
        let document = Document {
            office: text_in(&office.name, "ja"),
            application: &application,
            date,
            ticket: Some("A-001"),
            code: Some(&code),
            signed: None,
        };
        let sheets = typesetter
            .typeset(&template, &document)
            .map_err(|error| lines(&error))?;
        let pictures = (0..sheets.pages().min(PAGES_MAX))
            .map(|page| sheets.png(page, PREVIEW_PPI))
            .collect::<Result<Option<Vec<_>>, _>>()
            .map_err(|error| vec![error.to_string()])?;
        let pictures = pictures.unwrap_or_default();
        papers.push(Paper {
            way: way.name(),
            pages: pictures.len(),
            questions,
            pictures,
        });
    }
    // Every answer on which something depends: what only one of them brings out is found here, not at a counter.
    let checked = typesetter.check(&template, &form.procedure, date);
    Ok((papers, checked.iter().map(ToString::to_string).collect()))
}

fn lines(error: &TypesetError) -> Lines {
    match error {
        TypesetError::Template(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        TypesetError::Pages(_) => vec![error.to_string()],
    }
}

fn told(office: &Office, form: &Form, clock: &Clock) -> Told {
    let procedure = &form.procedure;
    let date = office.rules.day(clock.now()).date();
    let (application, _) = filled(procedure, date, Way::First);
    let service = office.service(&form.service);
    let service = service.map_or(form.service.as_str(), |it| text_in(&it.name, "ja"));
    Told {
        name: text_in(procedure.name(), "ja").to_owned(),
        note: procedure.note().map(|it| text_in(it, "ja").to_owned()),
        service: service.to_owned(),
        fee: application.fee("ja"),
        keep_days: form.keep_days,
        documents: (application.documents())
            .map(|it| text_in(&it.name, "ja").to_owned())
            .collect(),
        clerk_notes: application.notes().map(str::to_owned).collect(),
        questions: (procedure.fields().iter())
            .map(|field| question(field, &application))
            .collect(),
    }
}

fn question(field: &Field, application: &Application) -> Question {
    let words = |text| text_in(text, "ja").to_owned();
    let clauses = field.when.iter().flat_map(|it| &it.all).map(|clause| {
        let before = application.procedure().field(&clause.field);
        let label = before.map_or(clause.field.as_str(), |it| text_in(&it.label, "ja"));
        let options: Vec<&str> = (clause.one_of.iter())
            .map(|id| option_label(before, id))
            .collect();
        format!("{label} = {}", options.join(" / "))
    });
    let when: Vec<String> = clauses.collect();
    Question {
        id: field.id.clone(),
        label: words(&field.label),
        question: words(&field.question),
        help: field.help.as_ref().map(words),
        kind: kind(&field.kind),
        options: field
            .kind
            .options()
            .iter()
            .filter(|it| it.is_offered_on(application.today()))
            .map(|it| words(&it.label))
            .collect(),
        required: field.required,
        card: field.prefill.is_some(),
        when: (!when.is_empty()).then(|| when.join(" · ")),
        default: (field.default.as_ref()).map(|it| field.in_words(it, "ja")),
        meaning: meanings(field),
    }
}

/// What the answer is about, whatever it depends on.
fn meanings(field: &Field) -> Option<String> {
    let all: Vec<&str> = field.meaning.as_ref()?.all().collect();
    Some(all.join(" / "))
}

fn option_label<'a>(field: Option<&'a Field>, id: &'a str) -> &'a str {
    let options = field.map(|it| it.kind.options()).unwrap_or_default();
    let found = options.iter().find(|it| it.id == id);
    found.map_or(id, |it| text_in(&it.label, "ja"))
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Choice { .. } => "ひとつ選ぶ",
        Kind::Choices { .. } => "いくつでも選ぶ",
        Kind::Number { .. } => "数",
        Kind::Text { .. } => "文字",
        Kind::PersonName => "氏名",
        Kind::Address => "住所",
        Kind::Date { .. } => "和暦の日付",
        Kind::Phone => "電話番号",
        Kind::Postal => "郵便番号",
    }
}
