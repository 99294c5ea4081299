//# E0382
use card::NumberB;
use card::allow::{Form, verify_number_b, verify_pin};
use card::pin::Pin;
use card::retries::Permission;

pub fn twice(pin: Pin, number: NumberB, permission: Permission) {
    verify_pin(Form::Short, pin, permission);
    verify_number_b(Form::Short, number, permission);
}
