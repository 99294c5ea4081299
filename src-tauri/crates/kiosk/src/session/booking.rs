//! A booking's number, and what is found under it.

use wire::{Code, office::BookingView};

use chrono::{DateTime, Utc};

use super::{
    Effect, Outcome, Session,
    steps::{booking_step, code_key},
    visit::{Step, Trouble},
};

/// A booking's number as reservation services write it is shorter.
const BOOKING_NUMBER_CHARS_MAX: usize = 32;

impl Session {
    pub(super) fn seek_booking(&mut self, typed: &str, effects: &mut Vec<Effect>) {
        if !matches!(self.visit.step, Step::Booking { sought: None, .. }) {
            return;
        }
        match booking_number(typed) {
            Some(number) => self.look_up(number, effects),
            None => self.visit.step = booking_step(Some("refusal.booking_number")),
        }
    }

    pub(super) fn look_up(&mut self, number: String, effects: &mut Vec<Effect>) {
        effects.push(Effect::LookUpBooking {
            number: number.clone(),
        });
        self.visit.step = Step::Booking {
            refusal: None,
            sought: Some(number),
        };
    }

    pub(super) fn looked_up(
        &mut self,
        number: &str,
        outcome: Outcome<BookingView>,
        now: DateTime<Utc>,
    ) {
        let awaited = matches!(&self.visit.step, Step::Booking { sought: Some(sought), .. } if sought == number);
        if !awaited {
            return;
        }
        self.visit.step = match outcome {
            Outcome::Done(booking) if booking.cancelled => {
                booking_step(Some("refusal.booking_cancelled"))
            }
            Outcome::Done(booking) if booking.ticket.is_some() => {
                booking_step(Some("booking_used"))
            }
            Outcome::Done(booking) => {
                self.visit.booking = Some(booking);
                Step::BookingFound
            }
            Outcome::Refused(Code::NotFound) => booking_step(Some("booking_unknown")),
            Outcome::Refused(code) => booking_step(Some(&code_key(code))),
            // Without a number to offer, only the same question again.
            Outcome::Away if self.services_at_hand(now).is_empty() => {
                Step::Trouble(Trouble::LookUpAway {
                    number: number.to_owned(),
                })
            }
            Outcome::Away => Step::BookingAway {
                number: number.to_owned(),
            },
        };
    }
}

/// A number as people type it or a scanner reads it: capital letters and digits, full-width ones too;
/// everything they put between is dropped.
fn booking_number(typed: &str) -> Option<String> {
    let mut number = String::new();
    for character in typed.chars() {
        let character = match character {
            '！'..='～' => {
                let ascii = u32::from(character) - u32::from('！') + u32::from('!');
                char::from_u32(ascii)?
            }
            other => other,
        };
        match character.to_ascii_uppercase() {
            it @ ('A'..='Z' | '0'..='9') => number.push(it),
            '-' | ' ' | '\u{3000}' | 'ー' | '‐' | '−' | '\r' | '\n' | '\t' => {}
            _ => return None,
        }
        if number.len() > BOOKING_NUMBER_CHARS_MAX {
            return None;
        }
    }
    (!number.is_empty()).then_some(number)
}
