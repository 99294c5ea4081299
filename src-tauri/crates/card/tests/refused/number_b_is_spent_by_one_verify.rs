//# E0382
use card::NumberB;
use card::allow::{Form, verify_number_b};
use card::retries::Permission;

pub fn twice(number: NumberB, one: Permission, other: Permission) {
    verify_number_b(Form::Short, number, one);
    verify_number_b(Form::Short, number, other);
}
