//# E0603
use card::CardTransport;
use card::allow::residence::Added;

pub fn main<T: CardTransport>(card: &mut T) {
    let _ = Added::select(card);
}
