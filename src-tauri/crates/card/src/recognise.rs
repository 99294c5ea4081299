//! Telling which card lies there when it is not a My Number card. Nothing here presents a credential.

use crate::allow::{self, Landmark, TOKEN_LABEL_BYTES};
use crate::session::{Kind, Trouble};
use crate::status::Status;
use crate::transport::CardTransport;

/// The first landmark that the card has.
///
/// # Errors
/// [`Trouble::NewerCard`] when the card says "not found" to all of them: it may be the next generation of My
/// Number card, whose applications are not published. [`Trouble::AnotherCard`] when it answers oddly.
pub(crate) fn landmark<T: CardTransport>(card: &mut T) -> Result<Landmark, Trouble> {
    let mut is_odd = false;
    for landmark in Landmark::ALL {
        match card.transmit(&allow::probe(landmark))?.status() {
            Status::Success | Status::MoreData(_) => return Ok(landmark),
            Status::NotFound => {}
            _ => is_odd = true,
        }
    }
    Err(if is_odd {
        Trouble::AnotherCard(Kind::Unknown)
    } else {
        Trouble::NewerCard
    })
}

/// The name of a card that is not read.
pub(crate) fn name<T: CardTransport>(card: &mut T, landmark: Landmark) -> Result<Kind, Trouble> {
    Ok(match landmark {
        Landmark::Jpki => token(card)?,
        Landmark::MyNumberLicence => Kind::MyNumberLicence,
        Landmark::SpecialResidence => Kind::SpecialResidence,
        Landmark::ContactlessPayment | Landmark::ContactPayment => Kind::CreditCard,
        Landmark::CardFaceCheck | Landmark::DriversLicence | Landmark::ResidenceCard => {
            Kind::Unknown
        }
    })
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
