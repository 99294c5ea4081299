//! The HTTP API as an OpenAPI 3.1 document, made from one table of what may be asked.
//!
//! Shapes are those of `wire`, as `schemars` derives them; a body's is what the hub understands, an answer's is
//! what it sends. The table stands beside the router's own; a test lays one upon the other.

mod examples;
mod operations;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use wire::{Code, Problem, command::Role};

use crate::{body::BODY_BYTES_MAX, guard::Right, problem};

/// Where schemas stand in the document.
const SCHEMAS: &str = "/components/schemas";

/// Where the refusals stand, one for each code.
const PROBLEMS: &str = "/components/examples";

/// One thing that may be asked.
pub(crate) struct Operation {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// Below `/api`, as in the router's table.
    pub(crate) path: &'static str,
    group: &'static str,
    summary: &'static str,
    who: Who,
    query: &'static [(&'static str, &'static str)],
    /// The same key gets the same answer.
    keyed: bool,
    sends: Sends,
    answers: Answers,
    refusals: &'static [Code],
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever can reach the hub.
    Anybody,
    /// An enrolled kiosk or board, or a person who is logged in.
    Part,
    /// An enrolled kiosk.
    Kiosk,
    /// An enrolled kiosk, or a person who serves.
    KioskOrClerk,
    /// An enrolled tablet, on which nobody is logged in.
    Tablet,
    /// A person whose role has this right.
    Person(Right),
}

/// What a body says.
enum Sends {
    Nothing,
    /// The body may be left away.
    MayBe(Shape),
    Json(Shape),
    /// A file of this type.
    File {
        media: &'static str,
        bytes_max: usize,
    },
}

/// What is answered.
enum Answers {
    Json(Shape),
    /// 204.
    Nothing,
    /// A file of this type.
    File(&'static str),
    /// Server-sent events, each of which carries this.
    Events(Shape),
}

/// A type of `wire` with an example of it.
struct Shape {
    schema: fn(&mut SchemaGenerator) -> Schema,
    example: Value,
    /// Whether a value is one of this type, and says the same when it is told again.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests ask it"))]
    reads: fn(&Value) -> bool,
}

/// The shape of a type, with an example that a test reads as one.
fn shape<T: JsonSchema + Serialize + DeserializeOwned>(example: Value) -> Shape {
    Shape {
        schema: |generator| generator.subschema_for::<T>(),
        example,
        reads: |value| {
            serde_json::from_value::<T>(value.clone())
                .is_ok_and(|read| serde_json::to_value(&read).is_ok_and(|again| again == *value))
        },
    }
}

/// `GET /openapi.json`.
pub(crate) async fn document() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi().to_string());
    (
        [
            (header::CONTENT_TYPE, "application/vnd.oai.openapi+json"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        TEXT.as_str(),
    )
        .into_response()
}

/// The whole document.
#[must_use]
pub fn openapi() -> Value {
    let mut sent = generator(Contract::Deserialize);
    let mut told = generator(Contract::Serialize);
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut refusals = BTreeSet::new();
    for operation in operations::all() {
        refusals.extend(operation.refused_with());
        let described = operation.described(&mut sent, &mut told);
        paths
            .entry(format!("/api{}", operation.path))
            .or_default()
            .insert(operation.method.to_ascii_lowercase(), described);
    }
    told.subschema_for::<Problem>();
    let mut schemas = told.take_definitions(true);
    schemas.extend(sent.take_definitions(true));
    for schema in schemas.values_mut() {
        without_links(schema);
    }
    let problems: Map<String, Value> = refusals
        .into_iter()
        .map(|code| {
            let value = serde_json::to_value(problem::problem(code, None)).unwrap_or_default();
            (word(code), json!({ "summary": word(code), "value": value }))
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Uketsuke",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The hub of one office: its queue, its counters, its boards.",
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/", "description": "The office's hub." }],
        "tags": operations::GROUPS.map(|(name, description)| json!({ "name": name, "description": description })),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "examples": problems,
            "securitySchemes": {
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "__Host-uketsuke",
                    "description": "A person who is logged in. On plain HTTP on the hub's own machine the cookie is `uketsuke_session`.",
                },
                "device": {
                    "type": "http", "scheme": "bearer",
                    "description": "A kiosk or a board, with the token that it got when it was enrolled.",
                },
                "deviceCookie": {
                    "type": "apiKey", "in": "cookie", "name": "__Host-uketsuke-device",
                    "description": "The same for a browser that was enrolled as a board or a kiosk. On plain HTTP on the hub's own machine the cookie is `uketsuke_device`.",
                },
            },
        },
    })
}

const DESCRIPTION: &str = "Everything that the pages, the kiosks and the boards of an office do goes through this interface. \
Instants are milliseconds since 1970-01-01T00:00:00Z; days are `2026-11-24` in the office's zone.\n\n\
A command that changes the queue carries `Idempotency-Key: <uuid>`. The same request with the same key is answered with the same \
bytes, also after a restart, and acts once.\n\n\
Every refusal is `application/problem+json` (RFC 9457). Its `code` never changes its meaning; `title` is a plain Japanese sentence that says \
what to do. Requests that come from a page of another origin, or for a host that is not the office's, are refused.";

fn generator(contract: Contract) -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
            settings.contract = contract;
        })
        .into_generator()
}

impl Operation {
    fn described(&self, sent: &mut SchemaGenerator, told: &mut SchemaGenerator) -> Value {
        let mut it = json!({
            "operationId": self.id(),
            "tags": [self.group],
            "summary": self.summary,
            "description": self.who.in_words(),
            "parameters": self.parameters(),
            "security": self.who.security(),
            "responses": self.responses(told),
        });
        let roles = self.who.roles();
        if let Some(it) = it.as_object_mut() {
            if !roles.is_empty() {
                it.insert("x-roles".to_owned(), json!(roles));
            }
            if let Some(body) = self.body(sent) {
                it.insert("requestBody".to_owned(), body);
            }
        }
        it
    }

    /// `postTicketsIdNoShow`.
    fn id(&self) -> String {
        let words = self
            .path
            .split(|sign: char| !sign.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        words.fold(self.method.to_ascii_lowercase(), |id, word| {
            let (first, rest) = word.split_at(1);
            format!("{id}{}{rest}", first.to_ascii_uppercase())
        })
    }

    fn parameters(&self) -> Vec<Value> {
        let in_path = self.path.split('/').filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            Some(json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string" }, "description": operations::place(self.path, name),
            }))
        });
        let in_query = self.query.iter().map(|(name, description)| {
            json!({ "name": name, "in": "query", "schema": { "type": "string" }, "description": description })
        });
        let key = self.keyed.then(|| {
            json!({
                "name": "Idempotency-Key", "in": "header", "required": true,
                "schema": { "type": "string", "format": "uuid" },
                "description": "One key for one press; a repetition carries the same.",
            })
        });
        in_path.chain(in_query).chain(key).collect()
    }

    fn body(&self, generator: &mut SchemaGenerator) -> Option<Value> {
        let (shape, required) = match &self.sends {
            Sends::Nothing => return None,
            Sends::File { media, bytes_max } => {
                let content =
                    json!({ *media: { "schema": { "type": "string", "format": "binary" } } });
                let description = format!("The file itself, at most {bytes_max} bytes.");
                return Some(
                    json!({ "required": true, "description": description, "content": content }),
                );
            }
            Sends::MayBe(shape) => (shape, false),
            Sends::Json(shape) => (shape, true),
        };
        Some(json!({
            "required": required,
            "description": format!("At most {BODY_BYTES_MAX} bytes. Fields that are not known are refused."),
            "content": { "application/json": { "schema": (shape.schema)(generator), "example": shape.example } },
        }))
    }

    fn responses(&self, generator: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        let (status, said) = match &self.answers {
            Answers::Nothing => ("204", json!({ "description": "Done." })),
            Answers::File(media) => (
                "200",
                json!({ "description": "The file.", "content": { *media: { "schema": { "type": "string", "contentMediaType": media } } } }),
            ),
            Answers::Json(shape) => (
                "200",
                json!({
                    "description": "Done.",
                    "content": { "application/json": { "schema": (shape.schema)(generator), "example": shape.example } },
                }),
            ),
            Answers::Events(shape) => (
                "200",
                json!({
                    "description": "Events without end. The data of each is one JSON value of this shape, its id the last event that it contains.",
                    "content": { "text/event-stream": { "schema": (shape.schema)(generator), "example": shape.example } },
                }),
            ),
        };
        responses.insert(status.to_owned(), said);
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in self.refused_with() {
            by_status.entry(code.status()).or_default().push(code);
        }
        for (status, codes) in by_status {
            let problems: Map<String, Value> = codes
                .iter()
                .map(|code| word(*code))
                .map(|word| {
                    (
                        word.clone(),
                        json!({ "$ref": format!("#{PROBLEMS}/{word}") }),
                    )
                })
                .collect();
            let words: Vec<String> = codes.iter().map(|code| word(*code)).collect();
            responses.insert(
                status.to_string(),
                json!({
                    "description": words.join(", "),
                    "content": { problem::CONTENT_TYPE: {
                        "schema": { "$ref": format!("#{SCHEMAS}/Problem") },
                        "examples": problems,
                    } },
                }),
            );
        }
        Value::Object(responses)
    }

    /// What anybody may be refused with, what follows from who may ask and what is sent, and what is its own.
    fn refused_with(&self) -> Vec<Code> {
        let mut codes = vec![
            Code::WrongHost,
            Code::TooMany,
            Code::Internal,
            Code::Unavailable,
        ];
        if self.who != Who::Anybody {
            codes.push(Code::NotLoggedIn);
            codes.push(Code::Forbidden);
        }
        if self.method == "POST" {
            codes.extend([Code::BadRequest, Code::WrongOrigin, Code::TooLarge]);
        }
        if self.keyed {
            codes.extend([Code::IdempotencyKeyMissing, Code::KeyReused]);
        }
        codes.extend(self.refusals);
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

impl Who {
    fn in_words(self) -> &'static str {
        match self {
            Self::Anybody => "Whoever can reach the hub.",
            Self::Part => "An enrolled device, or a person who is logged in.",
            Self::Kiosk => "An enrolled kiosk.",
            Self::KioskOrClerk => "An enrolled kiosk, or a person who serves.",
            Self::Tablet => "An enrolled tablet, on which nobody is logged in.",
            Self::Person(Right::Any) => "Any person who is logged in.",
            Self::Person(Right::Serve) => "A person who serves: calls numbers, reads cases.",
            Self::Person(Right::Choose) => "A person who may choose whom to call.",
            Self::Person(Right::Direct) => "A person who speaks for the office.",
            Self::Person(Right::Measure) => {
                "Any person who is logged in: measures are everybody's."
            }
            Self::Person(Right::Audit) => "A person who may read who did what.",
            Self::Person(Right::Admit) => "A person who lets kiosks and boards in.",
            Self::Person(Right::Account) => "A person who makes accounts.",
        }
    }

    fn security(self) -> Value {
        match self {
            Self::Anybody => json!([]),
            Self::Part | Self::KioskOrClerk => {
                json!([{ "session": [] }, { "device": [] }, { "deviceCookie": [] }])
            }
            Self::Kiosk | Self::Tablet => json!([{ "device": [] }, { "deviceCookie": [] }]),
            Self::Person(_) => json!([{ "session": [] }]),
        }
    }

    /// The roles that may, where a person asks.
    fn roles(self) -> Vec<Role> {
        let right = match self {
            Self::Anybody | Self::Kiosk | Self::Tablet => return Vec::new(),
            Self::Part => Right::Any,
            Self::KioskOrClerk => Right::Serve,
            Self::Person(right) => right,
        };
        [Role::Clerk, Role::Lead, Role::Manager, Role::Administrator]
            .into_iter()
            .filter(|role| right.belongs_to(*role))
            .collect()
    }
}

/// Descriptions are those of the Rust types; what is a link there is a word here.
fn without_links(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.replace("[`", "`").replace("`]", "`");
            }
            fields.values_mut().for_each(without_links);
        }
        Value::Array(values) => values.iter_mut().for_each(without_links),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn word(code: Code) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let routed: BTreeSet<(String, String)> = crate::routes::table()
            .into_iter()
            .map(|route| (route.method.to_owned(), route.path))
            .collect();
        let described: BTreeSet<(String, String)> = operations::all()
            .iter()
            .map(|it| (it.method.to_owned(), it.path.to_owned()))
            .collect();
        assert_eq!(described, routed);
    }

    #[test]
    fn every_example_is_of_its_type() {
        for operation in operations::all() {
            let sent = match &operation.sends {
                Sends::Nothing | Sends::File { .. } => None,
                Sends::MayBe(shape) | Sends::Json(shape) => Some(shape),
            };
            let told = match &operation.answers {
                Answers::Nothing | Answers::File(_) => None,
                Answers::Json(shape) | Answers::Events(shape) => Some(shape),
            };
            for shape in sent.into_iter().chain(told) {
                assert!((shape.reads)(&shape.example), "{}", operation.path);
            }
        }
    }

    #[test]
    fn a_type_that_is_both_sent_and_told_has_one_schema() {
        let mut sent = generator(Contract::Deserialize);
        let mut told = generator(Contract::Serialize);
        for operation in operations::all() {
            operation.described(&mut sent, &mut told);
        }
        for (name, schema) in sent.definitions() {
            if let Some(other) = told.definitions().get(name) {
                assert_eq!(schema, other, "{name} is sent and told in two shapes");
            }
        }
    }

    #[test]
    fn operations_have_names_of_their_own_and_groups_that_exist() {
        let all = operations::all();
        let ids: BTreeSet<String> = all.iter().map(Operation::id).collect();
        assert_eq!(ids.len(), all.len());
        assert!(ids.contains("postTicketsIdNoShow"));
        for operation in &all {
            assert!(
                operations::GROUPS
                    .iter()
                    .any(|(name, _)| *name == operation.group)
            );
            assert!(operation.summary.ends_with('.'), "{}", operation.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let text = document.to_string();
        let references: BTreeSet<&str> = text
            .split("\"$ref\":\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(references.contains("/components/schemas/OfficeView"));
        assert!(references.contains("/components/examples/nobody_waiting"));
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
        assert!(
            !text.contains("[`"),
            "a link of Rust's documentation is left"
        );
    }

    #[test]
    fn a_document_that_pages_are_tested_with_is_the_one_that_is_served() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../ui/src/generated/openapi.json");
        let committed = std::fs::read_to_string(file).unwrap();
        let served = serde_json::to_string_pretty(&openapi()).unwrap() + "\n";
        assert!(
            committed == served,
            "openapi.json is stale: run `cargo xtask bless` and look at the difference"
        );
    }
}
