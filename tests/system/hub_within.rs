//! A real hub in this process, on a socket of its own, at the time that a test says.

use std::path::Path;

use hub::{Clock, Hub, HubError, Settings};
use office::Office;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub(crate) struct HubWithin {
    pub(crate) base: String,
    /// What a window on the hub's own machine proves itself with.
    pub(crate) token: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), HubError>>,
}

impl HubWithin {
    /// `at`: what its clock shows first, RFC 3339.
    pub(crate) async fn start(office: &Office, data: &Path, at: &str) -> Self {
        let hub = Hub::open(Settings {
            office: office.clone(),
            data: data.to_owned(),
            ui: None,
            clock: Clock::starting_at(at.parse().unwrap()),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let token = std::fs::read_to_string(data.join("device.token")).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(hub.serve(listener, async {
            let _ = stopped.await;
        }));
        Self {
            base,
            token: token.trim().to_owned(),
            stop,
            served,
        }
    }

    /// As at the end of a day: what was begun is finished first.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}
