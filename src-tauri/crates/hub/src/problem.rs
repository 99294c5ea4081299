//! Refusals as RFC 9457 problem details.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use wire::{Code, Problem};

/// The media type of RFC 9457.
pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

/// A refusal on its way to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The stable code.
    pub(crate) code: Code,
    /// What this occurrence adds; never a person's data.
    pub(crate) detail: Option<String>,
    /// Seconds after which another attempt makes sense.
    pub(crate) retry_after_s: Option<u64>,
}

impl Refused {
    /// A refusal whose occurrence is worth a word.
    pub(crate) fn with(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: Some(detail.into()),
            retry_after_s: None,
        }
    }

    /// A refusal that ends by itself after `seconds`.
    pub(crate) fn for_seconds(code: Code, seconds: u64) -> Self {
        Self {
            code,
            detail: None,
            retry_after_s: Some(seconds),
        }
    }

    /// A failure of the hub itself: the cause goes to the log, once, and nowhere else.
    pub(crate) fn internal(doing: &str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(doing, %cause, "the hub failed while {doing}");
        Self::from(Code::Internal)
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self {
            code,
            detail: None,
            retry_after_s: None,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem(self.code, self.detail)).unwrap_or_default();
        let mut response = (
            status,
            [
                (header::CONTENT_TYPE, CONTENT_TYPE),
                (header::CACHE_CONTROL, "no-store"),
            ],
            body,
        )
            .into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The problem document of a code.
pub(crate) fn problem(code: Code, detail: Option<String>) -> Problem {
    let word = serde_json::to_value(code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default();
    Problem {
        type_uri: format!("urn:uketsuke:problem:{word}"),
        status: code.status(),
        code,
        title: title(code).to_owned(),
        detail,
    }
}

/// One plain Japanese sentence for each code, which says what to do.
pub(crate) fn title(code: Code) -> &'static str {
    match code {
        Code::BadRequest => {
            "送られた内容を読み取れませんでした。画面を再読み込みして、もう一度お試しください。"
        }
        Code::IdempotencyKeyMissing => {
            "操作の識別番号がありません。画面を再読み込みして、もう一度お試しください。"
        }
        Code::NotLoggedIn => "ログインしていません。ログインしてください。",
        Code::WrongPassword => {
            "アカウント名かパスワードが違います。確かめて、もう一度入力してください。"
        }
        Code::Forbidden => "この操作をする権限がありません。必要なときは管理者に相談してください。",
        Code::WrongOrigin => {
            "ほかのサイトからの操作は受け付けません。受付システムの画面から操作してください。"
        }
        Code::NotFound => "見つかりませんでした。画面を再読み込みして、もう一度お試しください。",
        Code::BookingUnknown => {
            "この予約番号は今日の予約にありません。番号を確かめるか、予約なしで番号札をお取りください。"
        }
        Code::BookingUsed => {
            "この予約は受付済みです。お手元の番号札でお待ちいただくか、職員にお声がけください。"
        }
        Code::ServiceUnknown => {
            "この業務はありません。画面を再読み込みして、もう一度選んでください。"
        }
        Code::ServiceClosed => {
            "この業務はいま受け付けていません。受付時間を確かめるか、職員にお声がけください。"
        }
        Code::NumbersExhausted => {
            "この業務の番号札がすべて使われています。職員にお声がけください。"
        }
        Code::CounterClosed => "この窓口は開いていません。先に窓口を開いてください。",
        Code::CounterTaken => {
            "この窓口はほかの職員が使っています。別の窓口を選ぶか、その職員に閉じてもらってください。"
        }
        Code::CounterBusy => {
            "この窓口では前の方の対応が終わっていません。先に完了か不在を押してください。"
        }
        Code::NobodyWaiting => {
            "この窓口でお呼びできる方はいま待っていません。次の方が来るまでお待ちください。"
        }
        Code::TicketState => {
            "この番号札の状態が変わったため、操作できませんでした。最新の表示を確かめてください。"
        }
        Code::NothingToUndo => "取り消せる操作がありません。最新の表示を確かめてください。",
        Code::TooLarge => "送られた内容が大きすぎます。内容を減らして、もう一度お試しください。",
        Code::KeyReused => {
            "同じ識別番号で別の操作が送られました。画面を再読み込みして、もう一度操作してください。"
        }
        Code::CaseGone => {
            "この申請内容は保存期間を過ぎて消去されました。ご本人にもう一度うかがってください。"
        }
        Code::TooMany => "試した回数が多すぎます。しばらく待ってから、もう一度お試しください。",
        Code::Internal => {
            "受付システムで問題が起きました。もう一度試し、続くときは管理者に知らせてください。"
        }
        Code::Unavailable => {
            "受付システムが準備中か、混み合っています。少し待って、もう一度お試しください。"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_code_in_its_type_and_speaks_a_sentence() {
        let problem = problem(Code::NobodyWaiting, None);
        assert_eq!(problem.type_uri, "urn:uketsuke:problem:nobody_waiting");
        assert_eq!(problem.status, 409);
        assert!(problem.title.ends_with('。'));
    }

    #[test]
    fn a_refusal_that_ends_says_when() {
        let response = Refused::for_seconds(Code::TooMany, 60).into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[header::RETRY_AFTER], "60");
    }
}
