//! What the program tells the page unasked.

use kiosk::link::{HubLink, LiveEvent, follow};
use serde::Serialize;
use tauri::{AppHandle, Emitter};
use tokio::sync::{mpsc, watch};
use wire::kiosk::KioskView;

/// Messages of the live stream that wait for the webview.
const MESSAGES_MAX: usize = 64;

/// Whether the hub answers.
#[derive(Clone, Serialize)]
struct LiveState {
    online: bool,
}

/// Shows every new view of the kiosk, until the kiosk ends.
pub(crate) async fn show_views(app: AppHandle, mut views: watch::Receiver<KioskView>) {
    while views.changed().await.is_ok() {
        let view = views.borrow_and_update().clone();
        tell(&app, "kiosk-view", view);
    }
}

/// Passes the hub's live stream on to the page, from a snapshot on, until the task is aborted.
pub(crate) async fn relay(app: AppHandle, link: HubLink) {
    let (listener, mut events) = mpsc::channel(MESSAGES_MAX);
    let pass_on = async {
        while let Some(event) = events.recv().await {
            match event {
                LiveEvent::Online(online) => tell(&app, "live-state", LiveState { online }),
                LiveEvent::Live(live) => tell(&app, "live", live),
            }
        }
    };
    tokio::join!(follow(link, listener), pass_on);
}

fn tell(app: &AppHandle, event: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit(event, payload) {
        tracing::warn!(%error, event, "the page could not be told");
    }
}
