//! Commands about a counter.

use std::sync::Arc;

use axum::response::Response;
use queue::{CounterId, Share, Weight};
use wire::{
    Code,
    command::{Assign, NextOf},
};

use crate::{
    desk::Desk,
    guard::Right,
    problem::Refused,
    routes::command::{Known, Sent, counter_id, service_id},
};

/// `POST /api/counters/{id}/next` and so on: a clerk does something at a counter.
pub(super) async fn act(
    act: Act,
    desk: Arc<Desk>,
    id: String,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let command = act.command(&known, counter_id(&id)?)?;
    known.queue(command).await
}

/// What a clerk may do at a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Open,
    TakeOver,
    Pause,
    Resume,
    Assign,
    Next,
    Close,
}

impl Act {
    /// All of them, by their word in the path.
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("open", Self::Open),
        ("take-over", Self::TakeOver),
        ("pause", Self::Pause),
        ("resume", Self::Resume),
        ("assign", Self::Assign),
        ("next", Self::Next),
        ("close", Self::Close),
    ];

    fn command(self, known: &Known, counter: CounterId) -> Result<queue::Command, Refused> {
        use queue::Command as C;
        if !matches!(self, Self::Assign | Self::Next) {
            known.says_nothing()?;
        }
        Ok(match self {
            Self::Open => C::OpenCounter {
                counter,
                clerk: known.clerk()?,
            },
            Self::TakeOver => C::TakeOver {
                counter,
                clerk: known.clerk()?,
            },
            Self::Pause => C::Pause { counter },
            Self::Resume => C::Resume { counter },
            Self::Close => C::CloseCounter { counter },
            Self::Assign => {
                let Assign { services } = known.says()?;
                let services = services.iter().map(share).collect::<Result<_, _>>()?;
                C::Assign { counter, services }
            }
            Self::Next => {
                let of: Option<NextOf> = known.may_say()?;
                let service = of.map(|of| service_id(&of.service)).transpose()?;
                C::CallNext { counter, service }
            }
        })
    }
}

fn share(share: &wire::command::Share) -> Result<Share, Refused> {
    let weight = Weight::new(share.weight)
        .ok_or_else(|| Refused::with(Code::BadRequest, "a weight lies within 10 and 1000"))?;
    Ok(Share {
        service: service_id(&share.service)?,
        weight,
    })
}
