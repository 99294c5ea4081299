//# E0382
use card::CardTransport;
use card::allow::CredentialCommand;

pub fn twice(card: &mut impl CardTransport, verify: CredentialCommand) {
    let _ = card.transmit_credential(verify);
    let _ = card.transmit_credential(verify);
}
