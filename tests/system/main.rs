//! System tests on real parts; README.md says what each proves.

mod arrows;
mod booking;
mod card;
mod chaos;
#[path = "../common/chaos.rs"]
mod chaos_play;
mod clerk;
mod contract;
mod doors;
mod hub_process;
mod hub_within;
mod kiosk_alone;
mod kiosk_card;
mod kiosk_errand;
mod kiosk_orders;
mod kiosk_phone;
mod kiosk_prepared;
mod power_cord;
mod preview;
mod printer;
mod slip;
#[path = "../common/slip_faults.rs"]
mod slip_faults;

use std::path::Path;

/// The shipped configuration, copied, without a reservation service.
fn open_office() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&hub_process::repository().join("kiosk-config"), copy.path());
    std::fs::remove_file(copy.path().join("bookings.toml")).unwrap();
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
