//! Telling which card lies there when it is not a My Number card. Nothing here presents a credential.

use crate::allow::{self, Landmark, TOKEN_LABEL_BYTES};
use crate::session::{Kind, Trouble};
use crate::status::Status;
use crate::transport::CardTransport;

/// What a card that is not a My Number card turned out to be.
pub(crate) enum Found {
    Licence,
    Residence,
    Other(Kind),
}

/// What the card is, by the first landmark that it has.
///
/// # Errors
/// [`Trouble::NewerCard`] when the card says "not found" to all of them: it may be the next generation of My
/// Number card, whose applications are not published. [`Trouble::AnotherCard`] when it answers oddly.
pub(crate) fn document<T: CardTransport>(card: &mut T) -> Result<Found, Trouble> {
    let mut is_odd = false;
    for landmark in Landmark::ALL {
        let status = card.transmit(&allow::probe(landmark))?.status();
        if matches!(status, Status::Success | Status::MoreData(_)) {
            return found(card, landmark);
        }
        is_odd |= status != Status::NotFound;
    }
    Err(if is_odd {
        Trouble::AnotherCard(Kind::Unknown)
    } else {
        Trouble::NewerCard
    })
}

fn found<T: CardTransport>(card: &mut T, landmark: Landmark) -> Result<Found, Trouble> {
    Ok(Found::Other(match landmark {
        Landmark::DriversLicence => return Ok(Found::Licence),
        Landmark::ResidenceCard => return Ok(Found::Residence),
        Landmark::Jpki => token(card)?,
        Landmark::MyNumberLicence => Kind::MyNumberLicence,
        Landmark::SpecialResidence => Kind::SpecialResidence,
        Landmark::ContactlessPayment | Landmark::ContactPayment => Kind::CreditCard,
        Landmark::CardFaceCheck => Kind::Unknown,
    }))
}

/// A smartphone says so in its label; whatever else has this application alone is the card of before.
fn token<T: CardTransport>(card: &mut T) -> Result<Kind, Trouble> {
    let answer = card.transmit(&allow::token_label())?;
    let label = answer.data().get(..usize::from(TOKEN_LABEL_BYTES));
    let label = label.unwrap_or(answer.data()).trim_ascii_end();
    Ok(match label {
        b"JPKIAPGPSETOKEN" | b"JPKIAPIOSTOKEN" => Kind::SmartphoneJpki,
        b"JPKIAPICCTOKEN" => Kind::ResidentRegister,
        _ => Kind::Unknown,
    })
}
