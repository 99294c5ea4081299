//! What a page may ask, one line each. Which window may ask what stands in `capabilities/`.

use serde::Serialize;
use serde_json::Value;
use tauri::{AppHandle, Manager as _, State, WebviewWindow, ipc::Response};
use wire::{
    Problem, Words,
    kiosk::{KioskInput, KioskView},
};

use crate::{
    arguments::Role,
    desk::{Desk, Refused},
    live, paper, strip,
};

/// What this window was started as.
#[derive(Serialize)]
pub(crate) struct HostInfo {
    pub(crate) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kiosk: Option<String>,
}

/// A call's answer.
#[derive(Serialize)]
pub(crate) struct HubAnswer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Why a command brought nothing: a problem, or the text `hub_away`.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Failure {
    Problem(Problem),
    Away(&'static str),
}

#[tauri::command]
pub(crate) fn host_info(desk: State<'_, Desk>) -> HostInfo {
    desk.info()
}

#[tauri::command]
pub(crate) fn kiosk_view(desk: State<'_, Desk>) -> Result<KioskView, Failure> {
    desk.view().map_err(Refused::into)
}

#[tauri::command]
pub(crate) fn kiosk_input(desk: State<'_, Desk>, input: KioskInput) -> Result<(), Failure> {
    desk.input(input).map_err(Refused::into)
}

#[tauri::command]
pub(crate) async fn words(desk: State<'_, Desk>, tag: String) -> Result<Words, Failure> {
    Ok(desk.words(&tag).await?)
}

#[tauri::command]
pub(crate) async fn hub_call(
    desk: State<'_, Desk>,
    method: String,
    path: String,
    body: Option<Value>,
    key: Option<String>,
) -> Result<HubAnswer, Failure> {
    let answer = (desk
        .page()?
        .call(&method, &path, body.as_ref(), key.as_deref()))
    .await?;
    Ok(HubAnswer {
        status: answer.status,
        body: answer.body,
    })
}

#[tauri::command]
pub(crate) async fn hub_bytes(desk: State<'_, Desk>, path: String) -> Result<Response, Failure> {
    Ok(Response::new(desk.bytes(&path).await?))
}

/// Sends a list that the clerk chose, as it lies in its file.
#[tauri::command]
pub(crate) async fn hub_upload(
    desk: State<'_, Desk>,
    path: String,
    file: Vec<u8>,
    key: Option<String>,
) -> Result<HubAnswer, Failure> {
    let answer = (desk.page()?.upload(&path, file, key.as_deref())).await?;
    Ok(HubAnswer {
        status: answer.status,
        body: answer.body,
    })
}

#[tauri::command]
pub(crate) fn live_subscribe(app: AppHandle, desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.follow(live::relay(app, desk.page()?));
    Ok(())
}

#[tauri::command]
pub(crate) async fn print_paper(
    desk: State<'_, Desk>,
    ticket: String,
) -> Result<paper::By, Failure> {
    Ok(paper::print(&desk, &format!("/api/tickets/{ticket}/paper.pdf")).await?)
}

/// Puts any other file of the hub on paper: a prepared visit, or a day of them.
#[tauri::command]
pub(crate) async fn print_file(desk: State<'_, Desk>, path: String) -> Result<paper::By, Failure> {
    Ok(paper::print(&desk, &path).await?)
}

/// Lays the case as PDF/A into the clerk's own downloads, and tells where it lies.
#[tauri::command]
pub(crate) async fn keep_case(
    app: AppHandle,
    desk: State<'_, Desk>,
    ticket: String,
    number: String,
) -> Result<String, Failure> {
    let folder = app.path().download_dir().map_err(|error| {
        tracing::error!(%error, "this desktop has no folder for downloads");
        Refused::Code(wire::Code::Internal)
    })?;
    let file = paper::keep(&desk, &ticket, &number, &folder).await?;
    Ok(file.display().to_string())
}

/// Runs on the window's own thread, as everything that moves a window does.
#[tauri::command]
pub(crate) fn strip(
    window: WebviewWindow,
    before: State<'_, strip::Before>,
    small: bool,
) -> Result<(), Failure> {
    strip::set(&window, &before, small).map_err(|error| {
        tracing::warn!(%error, "the window keeps its size");
        Refused::Code(wire::Code::Internal).into()
    })
}
