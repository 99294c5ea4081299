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
        Code::MethodNotAllowed => {
            "この宛先ではその操作を受け付けていません。画面を再読み込みして、もう一度お試しください。"
        }
        Code::NotFound => "見つかりませんでした。画面を再読み込みして、もう一度お試しください。",
        Code::TooLarge => "送られた内容が大きすぎます。内容を減らして、もう一度お試しください。",
        Code::KeyReused => {
            "同じ識別番号で別の操作が送られました。画面を再読み込みして、もう一度操作してください。"
        }
        Code::NotLoggedIn => "ログインしていません。ログインしてください。",
        Code::WrongPassword => {
            "アカウント名かパスワードが違います。確かめて、もう一度入力してください。"
        }
        Code::Forbidden => "この操作をする権限がありません。必要なときは管理者に相談してください。",
        Code::WrongOrigin => {
            "ほかのサイトからの操作は受け付けません。受付システムの画面から操作してください。"
        }
        Code::WrongHost => {
            "このアドレスは受付システムのものではありません。庁内で案内されたアドレスで開き直してください。"
        }
        Code::EnrolmentCodeWrong => {
            "登録コードが違うか、期限が切れています。管理者に新しいコードを発行してもらってください。"
        }
        Code::DeviceUnknown => {
            "この端末は登録されていません。管理者に登録コードを発行してもらい、登録してください。"
        }
        Code::TooMany => "試した回数が多すぎます。しばらく待ってから、もう一度お試しください。",
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
        Code::CapacityReached => {
            "この業務の本日の受付は定員に達しました。職員にお声がけいただくか、別の日にお越しください。"
        }
        Code::NotLeased => {
            "この番号は、この端末に割り当てられていません。お持ちの方を総合案内で受け付け直してください。"
        }
        Code::DayOver => {
            "この番号札の受付日は終わりました。お持ちの方がいれば、新しい番号札をお渡しください。"
        }
        Code::CaseChanged => {
            "ほかの窓口がこの申請内容を変更しました。最新の内容を確かめて、もう一度操作してください。"
        }
        Code::PreparedAttached => {
            "この準備は、ほかの番号札に結び付いています。番号札を確かめて、必要なら結び付けを元に戻してください。"
        }
        Code::TicketPrepared => {
            "この番号札には、別の準備が結び付いています。その準備を確かめて、違うものなら先に結び付けを元に戻してください。"
        }
        Code::TabletAway => {
            "この窓口のタブレットにつながりません。電源と画面を確かめるか、紙に署名をもらってください。"
        }
        Code::TabletBusy => {
            "この窓口のタブレットには、ほかの申請書が出ています。終わるのを待つか、取り下げてからお試しください。"
        }
        Code::SignatureOver => {
            "この申請書へのサインは受け付けられません。時間が過ぎたか、取り下げられたか、内容が変わりました。職員にお声がけください。"
        }
        Code::SignatureEmpty => "サインが書かれていません。枠の中にお名前を書いてください。",
        Code::AnswerRefused => "この内容では受け付けられません。入力を直してください。",
        Code::PrefillNotOurs => {
            "スマートフォンの申請書のQRコードではありません。申請書のページで作ったQRコードをかざしてください。"
        }
        Code::PrefillDamaged => {
            "QRコードを正しく読み取れませんでした。画面を明るくして、もう一度かざしてください。"
        }
        Code::PrefillKeyUnknown => {
            "このQRコードはこの窓口では読み取れません。この画面で入力するか、申請書のページを開き直して作り直してください。"
        }
        Code::PrefillTooOld => {
            "QRコードを使える期間が過ぎたか、スマートフォンの日付がずれています。この画面で入力するか、作り直してください。"
        }
        Code::PrefillProcedureGone => {
            "この手続きは、いまは受付機で扱っていません。別の手続きを選ぶか、職員にお声がけください。"
        }
        Code::PriorityByStaff => {
            "優先の受付は職員が行います。総合案内か近くの職員にお声がけください。"
        }
        Code::CounterClosed => "この窓口は開いていません。先に窓口を開いてください。",
        Code::CounterTaken => {
            "この窓口はほかの職員が使っています。別の窓口を選ぶか、引き継ぐ操作をしてください。"
        }
        Code::CounterBusy => {
            "この窓口では前の方の対応が終わっていません。先に完了・不在・保留のどれかを押してください。"
        }
        Code::CounterPaused => "この窓口は休止中です。再開を押してから、もう一度操作してください。",
        Code::NobodyWaiting => {
            "この窓口でお呼びできる方はいま待っていません。次の方が来るまでお待ちください。"
        }
        Code::NotCalledHere => {
            "この窓口ではその業務を呼び出していません。担当業務を変えるか、担当の窓口で操作してください。"
        }
        Code::TicketState => {
            "この番号札の状態が変わったため、操作できませんでした。最新の表示を確かめてください。"
        }
        Code::AlreadyCalled => "この番号札はもう呼び出されています。ほかの方をお呼びください。",
        Code::NothingToUndo => "取り消せる操作がありません。最新の表示を確かめてください。",
        Code::RecallsExhausted => {
            "呼び出せる回数に達しました。お見えにならないときは、不在を押してください。"
        }
        Code::RecallTooSoon => "呼び出したばかりです。少し待ってから、もう一度呼び出してください。",
        Code::Nonsense => {
            "その指定では受け付けられません。行き先・業務・順番の指定を確かめて、選び直してください。"
        }
        Code::CaseGone => {
            "この申請内容は保存期間を過ぎて消去されました。ご本人にもう一度うかがってください。"
        }
        Code::DiskFull => {
            "書き出し先のディスクがいっぱいで、ファイルを書き出せませんでした。書きかけのファイルは残っていません。管理者に空きを作ってもらい、もう一度お試しください。"
        }
        Code::FolderUnwritable => {
            "書き出し先のフォルダーに書き込めませんでした。書きかけのファイルは残っていません。管理者にフォルダーと権限を確かめてもらってください。"
        }
        Code::ClockBehind => {
            "受付システムの時計が過去に戻りました。受付は続けられます。管理者に時刻の設定を確かめてもらってください。"
        }
        Code::Unavailable => {
            "受付システムが準備中か、混み合っています。少し待って、もう一度お試しください。"
        }
        Code::Internal => {
            "受付システムで問題が起きました。もう一度試し、続くときは管理者に知らせてください。"
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every code there is, as the contract's JSON Schema lists them.
    fn codes() -> Vec<Code> {
        let schema = serde_json::to_value(schemars::schema_for!(Code)).unwrap();
        let words = schema["oneOf"].as_array().unwrap().iter();
        let words = words.flat_map(|one| match (&one["const"], &one["enum"]) {
            (serde_json::Value::String(_), _) => vec![one["const"].clone()],
            (_, list) => list.as_array().cloned().unwrap_or_default(),
        });
        words
            .map(|word| serde_json::from_value(word).unwrap())
            .collect()
    }

    #[test]
    fn every_code_has_a_japanese_sentence_of_its_own_that_asks_for_something() {
        let codes = codes();
        assert!(codes.len() > 30, "{}", codes.len());
        let mut seen = BTreeSet::new();
        for code in codes {
            let title = title(code);
            assert!(seen.insert(title), "{code:?} shares its sentence");
            assert!(title.ends_with("ください。"), "{code:?}: {title}");
        }
    }

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
