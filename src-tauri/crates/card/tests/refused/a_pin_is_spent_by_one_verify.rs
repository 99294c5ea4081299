//# E0382
use card::allow::{Form, verify_pin};
use card::pin::Pin;
use card::retries::Permission;

pub fn twice(pin: Pin, one: Permission, other: Permission) {
    verify_pin(Form::Short, pin, one);
    verify_pin(Form::Short, pin, other);
}
