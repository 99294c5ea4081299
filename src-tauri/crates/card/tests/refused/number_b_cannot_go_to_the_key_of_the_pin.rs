//# E0308
use card::NumberB;
use card::allow::{Form, verify_pin};
use card::retries::Permission;

pub fn confused(number: NumberB, permission: Permission) {
    verify_pin(Form::Short, number, permission);
}
