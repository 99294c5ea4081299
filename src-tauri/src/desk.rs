//! What the commands act on: the kiosk, or the page's way to the hub, and the words at hand.

use std::sync::{Mutex, Once, PoisonError};

use kiosk::link::{CallError, HubLink};
use office::Office;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use wire::{
    Code, Language, Problem, Words,
    kiosk::{KioskInput, KioskView},
};

use crate::{
    arguments::Role,
    commands::{Failure, HostInfo, HubAnswer},
};

/// What the commands act on.
pub(crate) struct Desk {
    role: Role,
    office: Option<Office>,
    kiosk: Option<Kiosk>,
    page: Option<HubLink>,
    following: Mutex<Option<JoinHandle<()>>>,
    shown: Once,
}

/// A running kiosk, from the page's side.
pub(crate) struct Kiosk {
    pub(crate) name: String,
    pub(crate) inputs: mpsc::Sender<KioskInput>,
    pub(crate) views: watch::Receiver<KioskView>,
}

/// Why a page's wish was not done.
pub(crate) enum Refused {
    /// For this reason.
    Code(Code),
    /// The hub's own problem document.
    Problem(Problem),
    /// The hub does not answer.
    Away,
}

impl Desk {
    pub(crate) fn new(
        role: Role,
        office: Option<Office>,
        kiosk: Option<Kiosk>,
        page: Option<HubLink>,
    ) -> Self {
        Self {
            role,
            office,
            kiosk,
            page,
            following: Mutex::new(None),
            shown: Once::new(),
        }
    }

    pub(crate) fn info(&self) -> HostInfo {
        HostInfo {
            role: self.role,
            kiosk: self.kiosk.as_ref().map(|kiosk| kiosk.name.clone()),
        }
    }

    /// The kiosk's views, where this is a kiosk.
    pub(crate) fn views(&self) -> Option<watch::Receiver<KioskView>> {
        Some(self.kiosk.as_ref()?.views.clone())
    }

    pub(crate) fn view(&self) -> Result<KioskView, Refused> {
        self.shown
            .call_once(|| tracing::info!("the page is up and asks for its first view"));
        Ok(self.kiosk()?.views.borrow().clone())
    }

    /// A touch that finds the queue full is dropped: the visitor sees that nothing happened and touches again.
    pub(crate) fn input(&self, input: KioskInput) -> Result<(), Refused> {
        let sent = self.kiosk()?.inputs.try_send(input);
        sent.map_err(|_| Refused::Code(Code::Unavailable))
    }

    fn kiosk(&self) -> Result<&Kiosk, Refused> {
        self.kiosk.as_ref().ok_or(Refused::Code(Code::Forbidden))
    }

    /// The link of a page where a person works.
    pub(crate) fn page(&self) -> Result<HubLink, Refused> {
        self.page.clone().ok_or(Refused::Code(Code::Forbidden))
    }

    /// The words of a language: from the configuration at hand, else from the hub.
    pub(crate) async fn words(&self, tag: &str) -> Result<Words, Refused> {
        let Some(office) = &self.office else {
            let answer = (self.page()?)
                .call("GET", &format!("/api/words/{tag}"), None, None)
                .await?;
            return understood(HubAnswer {
                status: answer.status,
                body: answer.body,
            });
        };
        let language = office.languages.iter().find(|it| it.tag == tag);
        match (language, office.words.get(tag)) {
            (Some(language), Some(words)) => Ok(Words {
                language: Language {
                    tag: language.tag.clone(),
                    name: language.name.clone(),
                },
                words: words.clone(),
            }),
            (Some(_) | None, _) => Err(Refused::Code(Code::NotFound)),
        }
    }

    /// Bytes from the hub, or its refusal.
    pub(crate) async fn bytes(&self, path: &str) -> Result<Vec<u8>, Refused> {
        let bytes = self.page()?.bytes(path).await?;
        if (200..300).contains(&bytes.status) {
            return Ok(bytes.body);
        }
        let problem = serde_json::from_slice(&bytes.body);
        Err(problem.map_or(Refused::Code(Code::Internal), Refused::Problem))
    }

    /// Follows the live stream anew: a page that was loaded again needs everything once more.
    pub(crate) fn follow(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut following = (self.following.lock()).unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = following.replace(tauri::async_runtime::handle().inner().spawn(work))
        {
            before.abort();
        }
    }
}

fn understood<T: serde::de::DeserializeOwned>(answer: HubAnswer) -> Result<T, Refused> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_value(answer.body).map_err(|_| Refused::Code(Code::Internal));
    }
    let problem = serde_json::from_value(answer.body);
    Err(problem.map_or(Refused::Code(Code::Internal), Refused::Problem))
}

impl From<CallError> for Refused {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Away(_) => Self::Away,
            CallError::Path(_) | CallError::Method(_) => Self::Code(Code::BadRequest),
            CallError::Unreadable => Self::Code(Code::Internal),
            CallError::TooLarge { .. } => Self::Code(Code::TooLarge),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Away => Self::Away("hub_away"),
            Refused::Problem(problem) => Self::Problem(problem),
            Refused::Code(code) => {
                let word = serde_json::to_value(code).unwrap_or_default();
                let word = word.as_str().unwrap_or_default();
                Self::Problem(Problem {
                    type_uri: format!("urn:uketsuke:problem:{word}"),
                    status: code.status(),
                    code,
                    title: "この画面からはできません。".to_owned(),
                    detail: None,
                })
            }
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Refused::from(error).into()
    }
}
