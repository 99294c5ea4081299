//# E0603
use card::CardTransport;
use card::allow::licence::Df1;

pub fn main<T: CardTransport>(card: &mut T) {
    let _ = Df1::select(card);
}
