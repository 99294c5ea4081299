//# E0382
use card::allow::{Form, Key, verify};
use card::pin::Pin;
use card::retries::Permission;

pub fn twice(pin: Pin, one: Permission, other: Permission) {
    verify(Key::Pin, Form::Short, pin, one);
    verify(Key::Pin, Form::Short, pin, other);
}
