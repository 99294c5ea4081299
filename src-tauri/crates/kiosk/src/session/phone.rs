//! 「スマホで書いてきた」: what a citizen wrote on a phone comes as a QR code, and is a form like any other from there on.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::{
    Code,
    case::Answer,
    kiosk::{PhoneFormView, Screen, ServiceChoice},
    prefill::{PREFILL_BYTES_MAX, Prefilled},
};
use zeroize::{Zeroize, Zeroizing};

use super::{
    Effect, Outcome, Session, Target,
    form::Form,
    forms::ThereAlready,
    steps::code_key,
    visit::{Errand, Means, Step},
};

/// What the hub found in a code: a person's answers, wiped when this is dropped.
pub struct Opened(Prefilled);

impl Opened {
    pub(crate) fn new(prefilled: Prefilled) -> Self {
        Self(prefilled)
    }

    pub(crate) fn get(&self) -> &Prefilled {
        &self.0
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let answers = self.0.form.answers.iter_mut();
        answers
            .flat_map(Answer::said_mut)
            .for_each(Zeroize::zeroize);
    }
}

impl Session {
    /// A code was read. Its text goes to the hub and is kept nowhere here.
    pub(super) fn phone_code(&mut self, text: String, effects: &mut Vec<Effect>) {
        let text = Zeroizing::new(text);
        if !matches!(self.visit.step, Step::Phone { opening: None, .. }) || text.trim().is_empty() {
            return;
        }
        if text.len() > PREFILL_BYTES_MAX {
            self.visit.step = phone_step(Some(&code_key(Code::PrefillNotOurs)));
            return;
        }
        let scan = (self.keys)();
        effects.push(Effect::OpenPhone { scan, text });
        self.visit.step = Step::Phone {
            refusal: None,
            opening: Some(scan),
        };
    }

    pub(super) fn phone_opened(
        &mut self,
        scan: Uuid,
        outcome: Outcome<Opened>,
        now: DateTime<Utc>,
    ) {
        let awaited = matches!(self.visit.step, Step::Phone { opening: Some(opening), .. } if opening == scan);
        if !awaited {
            // Somebody else stands here, or the same visitor has gone on. The answers are wiped with this.
            return;
        }
        self.visit.touched_at = now;
        let refusal = match outcome {
            Outcome::Done(opened) => self.take_from_phone(&opened, now).err(),
            Outcome::Refused(code) => Some(code_key(code)),
            // What was read before this one is not left for a number without it.
            Outcome::Away if self.visit.forms.hold_of_phone() => {
                Some("refusal.phone_away".to_owned())
            }
            Outcome::Away => {
                self.visit.step = Step::PhoneAway;
                return;
            }
        };
        self.visit.step = phone_step(refusal.as_deref());
    }

    /// The form goes with the visit, beside those that were read before it.
    ///
    /// # Errors
    /// The word of the reason why it does not.
    fn take_from_phone(&mut self, opened: &Opened, now: DateTime<Utc>) -> Result<(), String> {
        let prefilled = opened.get();
        let id = prefilled.form.procedure.as_str();
        let procedure = self.setup.procedures.get(id).map(Arc::clone);
        let procedure = procedure.ok_or_else(|| code_key(Code::PrefillProcedureGone))?;
        if self.closed_services(&[procedure.service()], now).is_some() {
            return Err(code_key(Code::ServiceClosed));
        }
        let today = now.with_timezone(&self.setup.zone).date_naive();
        let forms = &mut self.visit.forms;
        if !forms.hold_of_phone() {
            forms.put_all_aside();
        }
        if forms.is_full() && !forms.contains(id) {
            return Err("refusal.phone_full".to_owned());
        }
        self.visit.errand = Errand::Procedures;
        self.visit.means_from = Means::Phone;
        if !self.has_room_for(id) {
            return Err("refusal.phone_full".to_owned());
        }
        let forms = &mut self.visit.forms;
        let taken = forms.take_from_phone(&procedure, today, prefilled);
        taken.map_err(|ThereAlready| "refusal.phone_same".to_owned())?;
        // What was typed here and not confirmed is no correction of what was written there.
        self.visit.drop_drafts_of(id);
        Ok(())
    }

    /// Everything was read: what is open is asked, and then the forms are looked over.
    pub(super) fn accept_from_phone(&mut self) {
        let reads = matches!(self.visit.step, Step::Phone { opening: None, .. });
        if reads && self.visit.forms.hold_of_phone() {
            self.visit.means_from = Means::Phone;
            self.first_open_form();
        }
    }

    /// この画面で入力する: to the procedures that tiles offer.
    pub(super) fn type_instead_of_phone(&mut self) {
        self.visit.step = Step::Procedures;
    }

    /// What can be filled in here instead of reading a code: what tiles offer and is open.
    pub(super) fn instead_of_phone(&self, now: DateTime<Utc>) -> Vec<&str> {
        let mut offered: Vec<&str> = Vec::new();
        for entry in &self.setup.entries {
            let Target::Procedures(ids) = &entry.target else {
                continue;
            };
            for id in ids {
                let open = self
                    .setup
                    .procedures
                    .get(id)
                    .is_some_and(|it| self.closed_services(&[it.service()], now).is_none());
                if open && !offered.contains(&id.as_str()) {
                    offered.push(id);
                }
            }
        }
        offered
    }

    /// The tile by which the visitor came is that of the phone.
    pub(super) fn came_with_phone(&self) -> bool {
        let entry = self.visit.entry.as_deref();
        let entry = entry.and_then(|id| self.setup.entry(id));
        entry.is_some_and(|it| it.target == Target::Phone)
    }

    pub(super) fn phone_screen(&self, refusal: Option<&str>, opening: bool) -> Screen {
        let read = self.visit.forms.iter().filter(|it| it.is_from_phone());
        Screen::Phone {
            read: read.map(Form::phone_view).collect::<Vec<PhoneFormView>>(),
            opening,
            refusal: refusal.map(str::to_owned),
        }
    }

    pub(super) fn phone_away(&self, now: DateTime<Utc>) -> Screen {
        let services = self.services_at_hand(now).into_iter();
        Screen::PhoneAway {
            services: services
                .map(|id| ServiceChoice {
                    id: id.to_owned(),
                    name: self.setup.service_name(id),
                })
                .collect(),
        }
    }
}

pub(super) fn phone_step(refusal: Option<&str>) -> Step {
    Step::Phone {
        refusal: refusal.map(str::to_owned),
        opening: None,
    }
}
