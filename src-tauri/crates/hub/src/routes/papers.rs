//! A case on paper: to print, to look at, and for the city's document system. Every opening is written down.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use paper::CaseCode;
use store::OpeningPurpose;
use wire::{Code, case::CaseOfCode};

use crate::{
    desk::Desk,
    guard::Right,
    print::{self, Sheet, Wanted},
    problem::Refused,
};

/// `GET /api/tickets/{id}/paper.pdf`: all forms in one file.
pub(super) async fn pdf(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let purpose = OpeningPurpose::Paper;
    let sheet = desk.sheet(&id, (&headers, &from), purpose, Wanted::Pdf);
    Ok(file("inline; filename=\"paper.pdf\"", sheet.await?.bytes))
}

/// `GET /api/tickets/{id}/archive.pdf`: PDF/A-3b with the answers in it.
pub(super) async fn archive(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let purpose = OpeningPurpose::Archive;
    let sheet = desk.sheet(&id, (&headers, &from), purpose, Wanted::Archive);
    // The name of the file is the clerk's to choose; the hub suggests none that names anybody.
    Ok(file(
        "attachment; filename=\"case.pdf\"",
        sheet.await?.bytes,
    ))
}

impl Desk {
    /// A paper of a ticket's case, with what whoever asks for it may read.
    async fn sheet(
        self: &Arc<Self>,
        id: &str,
        (headers, from): (&HeaderMap, &Extensions),
        purpose: OpeningPurpose,
        wanted: Wanted,
    ) -> Result<Sheet, Refused> {
        let brought = self.open_case(id, headers, from, purpose).await?;
        let marks = self.owner.marks(brought.ticket).await?;
        print::typeset(self, brought.plaintext, (marks, brought.reader), wanted).await
    }
}

fn file(disposition: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, bytes).into_response()
}

/// `GET /api/tickets/{id}/paper/{page}.png`: a preview of one page; the header tells how many there are.
pub(super) async fn png(
    State(desk): State<Arc<Desk>>,
    Path((id, page)): Path<(String, String)>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let page = page_of(&page)?;
    let (purpose, wanted) = (OpeningPurpose::Preview, Wanted::Png { page });
    let sheet = desk.sheet(&id, (&headers, &from), purpose, wanted).await?;
    Ok(picture(sheet))
}

/// `1.png` is page 0.
pub(super) fn page_of(name: &str) -> Result<usize, Refused> {
    name.strip_suffix(".png")
        .and_then(|page| page.parse::<usize>().ok())
        .and_then(|page| page.checked_sub(1))
        .ok_or_else(|| Refused::with(Code::NotFound, "pages are named 1.png, 2.png …"))
}

pub(super) fn picture(sheet: print::Sheet) -> Response {
    let mut response = (
        [
            (header::CONTENT_TYPE, "image/png"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        sheet.bytes,
    )
        .into_response();
    response.headers_mut().insert(
        HeaderName::from_static("x-pages"),
        HeaderValue::from(sheet.pages),
    );
    response
}

/// `GET /api/cases/{code}`: the ticket of a paper. It opens nothing; whoever wants to read the case asks for that.
pub(super) async fn of_code(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Json<CaseOfCode>, Refused> {
    desk.person_with(&headers, Right::Serve).await?;
    let no_such = || Refused::with(Code::NotFound, "no paper of this office has this code");
    let code: CaseCode = code.parse().map_err(|_| no_such())?;
    let ticket = desk.owner.ticket_of_code(code).await?.ok_or_else(no_such)?;
    Ok(Json(CaseOfCode {
        ticket: ticket.to_string(),
        number: desk.owner.marks(ticket).await?.number,
    }))
}
