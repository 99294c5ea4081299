//! The kiosk's screen: what the page shows, and what the page tells. The page owns nothing:
//! it shows the last [`KioskView`] and sends [`KioskInput`]s. Digits of a PIN or a code go one key at a
//! time; the page knows only how many there are.

mod person;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Language, Millis, Text,
    checklist::ChecklistView,
    command::{CardRead, Document},
    office::{Bracket, Opening, SlipState},
};

pub use person::PersonView;

/// What a citizen did at the kiosk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub enum KioskInput {
    /// From the idle screen to the menu. (Choosing on the idle screen itself is `Entry`.)
    Start,
    /// Another language.
    Language {
        /// BCP 47 tag.
        tag: String,
    },
    /// One of the menu's entries.
    Entry {
        /// The entry's id.
        id: String,
    },
    /// 「何のご用ですか」: from the idle screen to the search.
    Search,
    /// What stands on the search's line now.
    Seek {
        /// As typed so far.
        text: String,
    },
    /// One of the procedures; on the page with all forms, the form that is looked at again.
    Procedure {
        /// The procedure's id.
        id: String,
    },
    /// Fill in with the card, opened this way; also the other way where one is shut or unknown.
    UseCard {
        /// What the holder of a My Number card presents. Other documents have a way of their own.
        way: CardWay,
    },
    /// Fill in by hand.
    TypeByHand,
    /// 職員を呼ぶ: works on every screen.
    CallStaff,
    /// The birth date printed on a My Number card (照合番号B). Kept no longer than the card is used.
    PrintedBirth {
        /// ISO date.
        birth: String,
    },
    /// The year of expiry printed on it.
    PrintedExpiry {
        /// Gregorian.
        year: u16,
    },
    /// One key of the keypad: of the PIN, or of the セキュリティコード.
    Key {
        /// 0–9.
        digit: u8,
    },
    /// The keypad's erase key: the last digit.
    Erase,
    /// The digits are complete: present them to the card, once.
    Enter,
    /// The number printed on a residence card is complete: present it to the card, once.
    CardNumber {
        /// As typed; small letters, spaces and hyphens do not matter.
        number: String,
    },
    /// Try again what did not work.
    Retry,
    /// What stands here is right; go on.
    Accept,
    /// 直す: change this field.
    Edit {
        /// The field's id; beside the code of 照合番号B also `birth` and `expiry`.
        field: String,
    },
    /// An answer to the question on the screen.
    Answer {
        /// The field's id.
        field: String,
        /// The value as the form keeps it (see `Answer::value`); empty for "not answered".
        value: String,
    },
    /// What stands in the control of the question on the screen and was not confirmed yet, at every change.
    Draft {
        /// The field's id.
        field: String,
        /// The value as it stands there.
        value: String,
        /// It is the name of somebody else than who stands there (`AnotherPerson`), not that person's name put right.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        another: bool,
    },
    /// 「どなたですか」: one of the people whom the visit knows.
    Person {
        /// The field's id: the person's name.
        field: String,
        /// The person's key.
        person: String,
    },
    /// ほかの人を入力する: somebody whom the visit does not know. What stood there of somebody else leaves.
    AnotherPerson {
        /// The field's id.
        field: String,
        /// The name as typed.
        value: String,
    },
    /// The booking's number, typed or scanned.
    BookingNumber {
        /// As typed; upper and lower case, spaces and hyphens do not matter.
        number: String,
    },
    /// 「スマホで書いてきた」: the scanner has read a phone's QR code.
    PhoneCode {
        /// As the scanner typed it.
        text: String,
    },
    /// 先に用紙を作る: from the plan to the forms that it asks for.
    Prepare,
    /// ほかの証明書も: one more form for the same visit.
    AddForm,
    /// This form is not wanted after all.
    DropForm {
        /// The procedure's id.
        procedure: String,
    },
    /// ここまでで職員に渡す, 質問をやめて窓口で相談する: on to the ticket with what is there.
    HandOver,
    /// 先に番号札をとる: the number at once, and the form while waiting. Only with the hub, and where the view says `number_first`.
    NumberFirst,
    /// 待つあいだに用紙を作る: from the number back to where the form was left.
    GoOn,
    /// Everything is right: take the ticket, or send it to the counter of the number that is taken already. One press, one ticket.
    Confirm,
    /// はじめから: what was answered before on this kiosk is somebody else's, or is not wanted any more.
    StartOver,
    /// Forms that do not belong to the number that is taken go with it, too, or not.
    Attach {
        /// 一緒に出す.
        yes: bool,
    },
    /// Considerate priority is wanted, or not (高齢・妊娠・障害・乳幼児連れ), where the office lets citizens ask.
    Considerate {
        /// Whether.
        yes: bool,
    },
    /// The errand for which a booked citizen takes a number, when the booking cannot be looked up.
    Service {
        /// The service's id.
        id: String,
    },
    /// One screen back; no answer is lost.
    Back,
    /// Stop and wipe.
    Cancel,
    /// もっと時間が必要: four times as long, for the rest of this visitor's use.
    MoreTime,
    /// Any touch: the visitor is still here.
    Here,
    /// The slip did not come out: another one, marked 再発行. Once; further ones are the staff's.
    Reprint,
    /// 「番号札は出ましたか」.
    SlipCameOut {
        /// 出た or 出ない.
        yes: bool,
    },
    /// 持ち物の紙を印刷する: what to do and what to bring, to take home. A paper without a number.
    PrintChecklist,
    /// Done; back to idle at once.
    Finish,
}

/// Everything the kiosk's page shows.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct KioskView {
    /// The office's name.
    pub office: Text,
    /// The language in force.
    pub language: String,
    /// The languages offered.
    pub languages: Vec<Language>,
    /// The screen.
    pub screen: Screen,
    /// How many questions are still to come (あと○つ), where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remaining: Option<u32>,
    /// Whether `Back` does something here.
    pub can_go_back: bool,
    /// Staff were called and have not come yet.
    pub staff_called: bool,
    /// 先に番号札をとる is offered here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub number_first: bool,
    /// Something was answered that `Cancel` would wipe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub holds_answers: bool,
    /// The number that was taken before the form was filled in, while it is filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub taken: Option<TakenView>,
    /// The hub answers.
    pub hub_online: bool,
    /// Numbers can be given: by the hub, or from those that this kiosk has at hand.
    pub gives_numbers: bool,
    /// The printer can print.
    pub printer: PrinterView,
    /// The reader.
    pub reader: ReaderView,
    /// When the session will be wiped, while the warning shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wipe_at: Option<Millis>,
    /// The kiosk's clock.
    pub at: Millis,
}

/// A number that was taken before the form was filled in, and the number on the page that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct TakenView {
    /// `A-001`.
    pub number: String,
    /// It was called: to which counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub called_to: Option<Text>,
    /// It was called, and the counter has gone on without its citizen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub passed: bool,
}

/// What the printer can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PrinterView {
    /// Ready.
    Ready,
    /// Ready; the roll is nearly at its end.
    NearEnd,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The cutter or the head has an error.
    Error,
    /// It does not answer.
    Offline,
}

/// What the card reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ReaderView {
    /// No reader, or no reader service.
    Absent,
    /// A reader, no card.
    Empty,
    /// A card lies on it.
    Card,
}

/// The screens.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Screen {
    /// ご用件をお選びください: the entries, in large tiles, with the number of people waiting.
    Idle {
        /// The entries.
        entries: Vec<EntryView>,
        /// The office knows everyday words to search by.
        search: bool,
    },
    /// Answers are there from before the idle screen was reached: 続きから, or はじめから. It tells nothing of them.
    Resume,
    /// 「何のご用ですか」: a keyboard, and what fits what is typed so far.
    Search {
        /// As typed so far.
        typed: String,
        /// What fits, best first.
        hits: Vec<HitView>,
    },
    /// The procedures of one entry, or those that can be added to the visit.
    Procedures {
        /// The entry they belong to; absent where forms are added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        entry: Option<EntryView>,
        /// The procedures.
        procedures: Vec<ProcedureView>,
    },
    /// What a life event's answers lead to.
    Plan(PlanScreen),
    /// カードで入力する / カードを使わない / 職員を呼ぶ.
    Means {
        /// The procedure.
        procedure: ProcedureView,
        /// The other forms that are filled in with the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<Text>>", optional)]
        also: Vec<Text>,
    },
    /// Put the card on the reader.
    PlaceCard,
    /// The kiosk looks at the card (before the PIN is asked: which card, how many tries left).
    Looking,
    /// The keypad for the four digits of the PIN.
    Pin {
        /// Which document lies there: a My Number card, or a licence (暗証番号1).
        document: Document,
        /// How many digits were typed.
        entered: u8,
        /// How many there must be (4).
        length: u8,
        /// How often the visitor may still try here: what the card counts, less the last try, which is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tries_left: Option<u8>,
        /// The last try was wrong.
        wrong: bool,
    },
    /// 照合番号B: the birth date as the card shows it, on wheels. The card is still in the hand.
    PrintedBirth {
        /// As told before, ISO; empty at first.
        birth: String,
        /// Why it was refused: a key of the words, `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// 照合番号B: the year of expiry, on a wheel.
    PrintedExpiry {
        /// As told before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        year: Option<u16>,
        /// The years on the wheel: a card that has expired is told so, not hidden.
        first_year: u16,
        /// See `first_year`.
        last_year: u16,
        /// This year.
        this_year: u16,
        /// Why it was refused: a key of the words, `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// 照合番号B: the keypad for the four digits of the セキュリティコード.
    SecurityCode {
        /// The birth date as told, ISO: after a wrong number it is checked, too.
        birth: String,
        /// The year of expiry as told.
        expiry: u16,
        /// How many digits were typed.
        entered: u8,
        /// How many there must be (4).
        length: u8,
        /// How often the visitor may still try here, once the card was asked; see the PIN.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tries_left: Option<u8>,
        /// The last try was wrong: any of the three may be.
        wrong: bool,
    },
    /// A residence card: the keyboard for the number printed on it.
    CardNumber {
        /// What the card that was looked at fills in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        fills: Option<ResidenceFills>,
        /// Why the last number was refused: a key of the words, `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// Reading: keep the card on the reader.
    Reading,
    /// The card cannot be used now; each has a sentence and a way on.
    CardTrouble {
        /// Why.
        trouble: CardTrouble,
        /// Another way to open the same card, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        other_way: Option<CardWay>,
        /// What became of the call for staff that the kiosk made by itself because of this trouble.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        clerk: Option<ClerkCall>,
    },
    /// What the card says, to check and correct.
    Review {
        /// Of name, address, birth date and sex what this document holds.
        rows: Vec<Row>,
        /// Which document it was, whether it is genuine, and what to be careful about.
        card: CardRead,
    },
    /// One question.
    Question {
        /// To what the question belongs.
        sheet: SheetView,
        /// The field.
        field: FieldView,
        /// Where it asks for somebody's name: the people of the visit who could be meant.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<PersonView>>", optional)]
        people: Vec<PersonView>,
        /// Where it asks for an address or a postal code: the towns (町字) that are offered while it is typed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<TownView>>", optional)]
        towns: Vec<TownView>,
        /// What was typed here before and not confirmed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        draft: Option<String>,
        /// That is the name of somebody else than who stands there.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        draft_of_another: bool,
        /// Why the last answer was refused: a key of the words, `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// Every value, each with 直す.
    Confirm {
        /// The procedure.
        procedure: ProcedureView,
        /// The form among those of the visit.
        sheet: SheetView,
        /// There are procedures that could be added.
        can_add: bool,
        /// The values.
        rows: Vec<Row>,
        /// The fee as shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        fee: Option<String>,
        /// Whether considerate priority is wanted; absent where the office does not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        considerate: Option<bool>,
    },
    /// All forms of the visit, before the ticket is taken for them.
    Papers {
        /// The forms.
        forms: Vec<PaperView>,
        /// The services of the ticket, in order.
        services: Vec<Text>,
        /// Names that nobody had to write again.
        spared_names: u32,
        /// Addresses that nobody had to write again.
        spared_addresses: u32,
        /// There are procedures that could be added.
        can_add: bool,
        /// Whether considerate priority is wanted; absent where the office does not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        considerate: Option<bool>,
    },
    /// What the number is for, before it is taken: where there is something to ask or to tell.
    Take {
        /// The services, in order; several are one visit under one number.
        services: Vec<Text>,
        /// What was answered so far goes to the counter with the ticket.
        with_answers: bool,
        /// People waiting for the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        waiting: Option<u32>,
        /// How long a newcomer would wait for the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        wait: Option<Bracket>,
        /// Whether considerate priority is wanted; absent where the office does not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        considerate: Option<bool>,
    },
    /// Something was written that does not belong to the number that is about to be taken.
    Unattached {
        /// What the number is for.
        services: Vec<Text>,
        /// The forms, and the life event, that do not go with it.
        papers: Vec<Text>,
        /// The stops that the number has more when they go with it after all.
        added: Vec<Text>,
    },
    /// The keyboard for the booking's number (or the scanner).
    Booking {
        /// Why the last number was refused: a `Code` in snake_case or `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// The booking, to confirm.
    BookingFound {
        /// Its number.
        number: String,
        /// The service's name.
        service: Text,
        /// Slot start.
        start: Millis,
        /// Slot end.
        end: Millis,
        /// Whether considerate priority is wanted; absent where the office does not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        considerate: Option<bool>,
    },
    /// The booking cannot be looked up now: a number without it, and the staff sees to the booking.
    BookingAway {
        /// The errands for which there are numbers.
        services: Vec<ServiceChoice>,
    },
    /// 「スマホで書いてきた」: hold the phone's QR code up to the scanner, one after the other.
    Phone {
        /// What was read so far.
        read: Vec<PhoneFormView>,
        /// The hub opens a code.
        opening: bool,
        /// Why the last code was refused: a `Code` in snake_case or `refusal.<why>`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        refusal: Option<String>,
    },
    /// Codes cannot be opened now: fill in here, or a number without a form.
    PhoneAway {
        /// The errands for which there are numbers.
        services: Vec<ServiceChoice>,
    },
    /// The ticket is being issued.
    Issuing,
    /// The form goes to the counter of the number that was taken before.
    Supplying {
        /// `A-001`.
        number: String,
    },
    /// The ticket exists; its slip is being printed.
    Printing {
        /// `A-001`.
        number: String,
    },
    /// The number, large; how many are ahead; what to do next.
    Done {
        /// `A-001`.
        number: String,
        /// The service's name.
        service: Text,
        /// The services after it, under the same number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<Text>>", optional)]
        then: Vec<Text>,
        /// Where to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        area: Option<Text>,
        /// People ahead; absent where this kiosk cannot know it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        ahead: Option<u32>,
        /// How long it will take until the call, while that can be said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        wait: Option<Bracket>,
        /// The booked slot's start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        booked_for: Option<Millis>,
        /// What is known of the paper.
        slip: SlipState,
        /// `Reprint` does something: the paper did not come out, the printer prints, and there was no second one yet.
        can_reprint: bool,
        /// The paper is, or would have been, a second one, marked 再発行.
        reissued: bool,
        /// The QR as rows of `0`/`1`, shown when there is no paper.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        qr: Option<Vec<String>>,
        /// The card still lies on the reader: remind.
        card_left: bool,
        /// The list to take home, where the number is for a plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        checklist: Option<ChecklistView>,
        /// 待つあいだに用紙を作る: `GoOn` leads back to the form.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        can_go_on: bool,
        /// 用紙も届きました: the counter has what was filled in after the number was taken.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        supplied: bool,
        /// Its citizen saw this page before, and was at the form since.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        stood_before: bool,
    },
    /// The ticket could not be issued, or the form of a ticket could not be sent; nothing is lost, the answers are still here.
    Trouble {
        /// Why: a `Code` in snake_case, `hub_away`, `not_supplied` where there is a number and only the form did not arrive, or
        /// `form_refused` where the hub takes the form not at all: `Accept` leads to the number.
        code: String,
    },
    /// Staff were called; they are coming. The session stays as it is behind this screen.
    StaffCalled,
}

/// How a My Number card is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CardWay {
    /// The four digits that the holder remembers.
    Pin,
    /// 照合番号B: birth date, year of expiry and セキュリティコード, all printed on the card.
    NumberB,
}

/// What a residence card holds as text; name and the address on its front are pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ResidenceFills {
    /// Of the first generation: the address that a municipality added, if one did.
    AddedAddress,
    /// Of the second generation.
    BirthAndSex,
}

/// A call for staff that the kiosk made by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ClerkCall {
    /// It goes out, or has gone out: somebody comes.
    Coming,
    /// It did not reach the hub: the visitor has to speak to somebody.
    Failed,
}

/// Why the card cannot be used now. Each has a sentence that names what was placed and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CardTrouble {
    /// No reader, or no reader service.
    NoReader,
    /// Pulled while it was read.
    Pulled,
    /// It does not answer, or not in time.
    Silent,
    /// A card that nobody here knows.
    AnotherCard,
    /// A payment card.
    CreditCard,
    /// A commuter pass.
    TransitCard,
    /// マイナ免許証 whose My Number side does not answer.
    MyNumberLicence,
    /// 特定在留カード whose My Number side does not answer.
    SpecialResidence,
    /// 住民基本台帳カード.
    ResidentRegister,
    /// A smartphone.
    Smartphone,
    /// Perhaps a card newer than this product.
    NewerCard,
    /// Only the last try of the PIN is left. The kiosk does not spend it and calls a clerk.
    FewTriesLeft,
    /// The same of 照合番号B.
    FewTriesLeftNumberB,
    /// The same of a licence's PIN.
    FewTriesLeftLicence,
    /// The PIN is locked; unlocked at a municipal counter.
    Locked,
    /// 照合番号B is locked; unlocked at a municipal counter.
    LockedNumberB,
    /// A licence's PIN is locked; unlocked by the police.
    LockedLicence,
    /// The My Number card's term is over; renewed by the municipality.
    Expired,
    /// The licence's term is over; renewed by the police.
    ExpiredLicence,
    /// Another program holds the card.
    Busy,
    /// It answered something that cannot be read.
    Unreadable,
    /// What is printed on it was typed, and no card came in time: what was typed is forgotten.
    NotPlaced,
}

/// An entry of the menu: a life event or a kind of document, never a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct EntryView {
    /// Stable id.
    pub id: String,
    /// 「証明書がほしい」.
    pub label: Text,
    /// A line below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// Name of the picture in the page's set.
    pub icon: String,
    /// People waiting for its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waiting: Option<u32>,
    /// Why no number can be taken for it now; absent while one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closed: Option<ClosedView>,
}

/// No number can be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct ClosedView {
    /// In what way; never `open`.
    pub opening: Opening,
    /// When it opens, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub until: Option<Millis>,
}

/// What fits what was typed on the search's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct HitView {
    /// What it is; it is chosen by `Entry` or `Procedure`.
    pub kind: HitKind,
    /// The tile's or the procedure's id.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// A line below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// Name of the picture in the page's set.
    pub icon: String,
    /// Why no number can be taken for it now; absent while one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closed: Option<ClosedView>,
}

/// What a hit of the search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum HitKind {
    /// A tile of the menu.
    Entry,
    /// A procedure, whether a tile offers it or not.
    Procedure,
}

/// To what a question belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct SheetView {
    /// A life event's questions, or a form.
    pub kind: SheetKind,
    /// The life event's or the procedure's name.
    pub name: Text,
    /// Which of the visit's forms it is, from 1.
    pub number: u32,
    /// How many forms the visit has.
    pub of: u32,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum SheetKind {
    /// The questions of a life event.
    LifeEvent,
    /// A form.
    Form,
}

/// What has to be done after a life event. It follows from a person's answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PlanScreen {
    /// The life event's name.
    pub name: Text,
    /// What can be done today, by counter, in order: the stops of one ticket.
    pub stops: Vec<PlanStop>,
    /// Where there is none of them: the service of the ticket all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub otherwise: Option<Text>,
    /// What can be done only later.
    pub later: Vec<PlanLine>,
    /// What is filed where this office's numbers do not lead.
    pub elsewhere: Vec<PlanLine>,
    /// What happens by itself.
    pub automatic: Vec<PlanLine>,
    /// The forms that can be prepared now.
    pub forms: Vec<Text>,
    /// What was answered, to correct.
    pub answers: Vec<Row>,
    /// Whether considerate priority is wanted; absent where the office does not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub considerate: Option<bool>,
    /// The list to take home; absent where there is nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub checklist: Option<ChecklistView>,
}

/// One counter of a plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PlanStop {
    /// The service's name.
    pub service: Text,
    /// Where to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<Text>,
    /// What is seen to there.
    pub lines: Vec<PlanLine>,
}

/// One procedure of a plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PlanLine {
    /// The rule it follows from.
    pub rule: String,
    /// Its name.
    pub name: Text,
    /// Who sees to it.
    pub department: Text,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<Text>,
    /// 要確認: somebody did not know; a clerk asks.
    pub to_confirm: bool,
    /// Until when, as people say it: 14日以内.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub within: Option<Text>,
    /// The last day, ISO, where it can be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_day: Option<String>,
    /// Where the office is closed on the last day: the last day before it on which it is open, ISO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub open_by: Option<String>,
    /// The last day is over.
    pub overdue: bool,
    /// Why it cannot be done today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub later: Option<Text>,
    /// What to bring.
    pub bring: Vec<Text>,
    /// What the citizen should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
}

/// One form of a visit, on the page with all of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PaperView {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// The service at which it is filed.
    pub service: Text,
    /// Questions that are still open; a clerk asks them.
    pub open: u32,
    /// Its values.
    pub rows: Vec<Row>,
    /// The fee as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fee: Option<String>,
}

/// A form that was written on a phone, before it is looked over. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneFormView {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// The form is another one since it was filled in: every answer has to be looked at.
    pub changed: bool,
    /// The labels of what the form does not take any more and asks again.
    pub again: Vec<Text>,
    /// Questions that are still open, those included.
    pub open: u32,
}

/// A service to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct ServiceChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// A procedure to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct ProcedureView {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// One plain sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// Documents to have at hand.
    pub documents: Vec<Text>,
}

/// A value with its label.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct Row {
    /// The field's id.
    pub field: String,
    /// Its label.
    pub label: Text,
    /// The value in words; empty where nothing was answered.
    pub value: String,
    /// It came from the card.
    pub from_card: bool,
    /// Characters of what the card says that other systems may not know; a clerk looks at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub doubtful: Vec<String>,
}

/// A town that is offered while an address is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct TownView {
    /// 広島県福山市東桜町.
    pub name: String,
    /// The reading of the town alone: ヒガシサクラマチ.
    pub kana: String,
    /// Seven digits, where the town has one postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub postal: Option<String>,
}

/// A field to answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct FieldView {
    /// Stable id.
    pub id: String,
    /// The question, as a sentence.
    pub question: Text,
    /// The label, as a noun.
    pub label: Text,
    /// Help in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub help: Option<Text>,
    /// May stay empty.
    pub required: bool,
    /// What kind of answer.
    pub input: Input,
    /// The answer so far.
    pub value: String,
}

/// Kinds of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Input {
    /// One of these.
    Choice {
        /// The options.
        options: Vec<OptionView>,
    },
    /// Any of these.
    Choices {
        /// The options.
        options: Vec<OptionView>,
    },
    /// A whole number.
    Number {
        /// Least.
        min: u32,
        /// Most.
        max: u32,
        /// 通, 人 …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        unit: Option<Text>,
    },
    /// A line of text.
    Text {
        /// The keyboard that fits: `ja`, `kana`, `latin`, `digits`.
        keyboard: String,
        /// At most so many characters.
        max_chars: u32,
    },
    /// A date by era wheels (ISO in the value).
    Date {
        /// A birth date: starts at 昭和, and ends today.
        birth: bool,
        /// The day has to have come.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        not_after_today: bool,
        /// The first day that makes sense, ISO.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        not_before: Option<String>,
    },
    /// A telephone number: digits.
    Phone,
}

impl From<&forms::Kind> for Input {
    fn from(kind: &forms::Kind) -> Self {
        use forms::Kind;
        match kind {
            Kind::Choice { options } => Self::Choice {
                options: options.iter().map(OptionView::from).collect(),
            },
            Kind::Choices { options, .. } => Self::Choices {
                options: options.iter().map(OptionView::from).collect(),
            },
            Kind::Number { min, max, unit } => Self::Number {
                min: *min,
                max: *max,
                unit: unit.clone(),
            },
            Kind::Text { .. } | Kind::PersonName | Kind::Address | Kind::Postal => {
                let (keyboard, max_chars) = kind
                    .typing()
                    .unwrap_or((forms::Keyboard::Ja, forms::TEXT_CHARS_MAX));
                Self::Text {
                    keyboard: keyboard.as_str().to_owned(),
                    max_chars,
                }
            }
            Kind::Date {
                birth,
                not_after_today,
                not_before,
            } => Self::Date {
                birth: *birth,
                not_after_today: *not_after_today,
                not_before: not_before.map(|it| it.to_string()),
            },
            Kind::Phone => Self::Phone,
        }
    }
}

impl Input {
    /// How a field is asked on the day of its form: what is offered then, and what was answered already.
    #[must_use]
    pub fn of(application: &forms::Application, field: &forms::Field) -> Self {
        let mut input = Self::from(&field.kind);
        let (today, answered) = (application.today(), application.value(&field.id));
        if let Self::Choice { options } | Self::Choices { options } = &mut input {
            options.retain(|it| {
                let known = field.kind.options().iter().find(|known| known.id == it.id);
                it.id == answered || known.is_none_or(|known| known.is_offered_on(today))
            });
            options.iter_mut().for_each(|it| it.days = None);
        }
        input
    }
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct OptionView {
    /// Stable id.
    pub id: String,
    /// Its label.
    pub label: Text,
    /// A line below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// It goes with no other option: 「ない」, 「わからない」.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub alone: bool,
    /// The first and the last day on which it is offered, ISO: a fiscal year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub days: Option<(String, String)>,
}

impl From<&forms::Choice> for OptionView {
    fn from(choice: &forms::Choice) -> Self {
        Self {
            id: choice.id.clone(),
            label: choice.label.clone(),
            note: choice.note.clone(),
            alone: choice.alone,
            days: (choice.days).map(|(first, last)| (first.to_string(), last.to_string())),
        }
    }
}
