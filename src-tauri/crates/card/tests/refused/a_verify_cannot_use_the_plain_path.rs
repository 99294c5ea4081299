//# E0308
use card::CardTransport;
use card::allow::CredentialCommand;

pub fn plainly(card: &mut impl CardTransport, verify: CredentialCommand) {
    let _ = card.transmit(&verify);
}
