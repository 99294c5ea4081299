//! What a citizen wrote on a phone at home.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use tokio::task;
use wire::prefill::{Prefilled, ReadPrefill};
use zeroize::Zeroizing;

use crate::{
    body,
    desk::Desk,
    prefill::{self, keys::Keys},
    problem::Refused,
};

/// `POST /api/prefill`: a kiosk has read a phone's QR code. It needs no key: nothing changes, and the same code may come
/// again. Neither what was scanned nor what stands in it is logged.
pub(super) async fn read(
    State(desk): State<Arc<Desk>>,
    request: Request,
) -> Result<Json<Prefilled>, Refused> {
    let (parts, sent) = request.into_parts();
    desk.kiosk(&parts.headers)?;
    let asked: ReadPrefill = body::parse(&body::read(sent).await?)?;
    let text = Zeroizing::new(asked.text);
    task::spawn_blocking(move || {
        let keys = Keys::load(&desk.data)
            .map_err(|error| Refused::internal("reading the phones' keys", &error))?;
        prefill::read(&desk.office, &keys, &text, desk.clock.now())
    })
    .await
    .map_err(|error| Refused::internal("opening a phone's form", &error))?
    .map(Json)
}
