//! Which device file is the USB printer with these numbers, as Linux' `sysfs` tells.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where Linux lists the files of USB printers.
pub(super) const SYSTEM: &str = "/sys/class/usbmisc";

/// Device files looked at.
const PRINTERS_MAX: usize = 64;

/// The first printer with this vendor and product. `listed` is [`SYSTEM`], or what a test made.
pub(super) fn find(listed: impl AsRef<Path>, vendor: u16, product: u16) -> io::Result<PathBuf> {
    let missing = || {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("no USB printer {vendor:04x}:{product:04x} is connected and switched on"),
        )
    };
    let mut names: Vec<_> = fs::read_dir(&listed)
        .map_err(|_| missing())?
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with("lp"))
        .take(PRINTERS_MAX)
        .collect();
    names.sort();
    names
        .into_iter()
        .find(|name| {
            // `device` is the interface; the numbers are those of the device around it.
            let interface = listed.as_ref().join(name).join("device");
            let Ok(interface) = interface.canonicalize() else {
                return false;
            };
            let number = |file| {
                let text = fs::read_to_string(interface.parent()?.join(file)).ok()?;
                u16::from_str_radix(text.trim(), 16).ok()
            };
            number("idVendor") == Some(vendor) && number("idProduct") == Some(product)
        })
        .map(|name| Path::new("/dev/usb").join(name))
        .ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::find;

    /// A `sysfs` with two printers and a scanner.
    fn system() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let class = root.path().join("class");
        for (name, device, vendor, product) in [
            ("hiddev0", "1-1", "04b8", "0e28"),
            ("lp0", "1-2", "04b8", "0202"),
            ("lp1", "1-3", "04b8", "0e28"),
        ] {
            let around = root.path().join(device);
            let interface = around.join(format!("{device}:1.0"));
            fs::create_dir_all(&interface).unwrap();
            fs::write(around.join("idVendor"), format!("{vendor}\n")).unwrap();
            fs::write(around.join("idProduct"), format!("{product}\n")).unwrap();
            fs::create_dir_all(class.join(name)).unwrap();
            symlink(&interface, class.join(name).join("device")).unwrap();
        }
        root
    }

    #[test]
    fn a_printer_is_found_by_its_numbers_and_nothing_else_is_taken_for_one() {
        let root = system();
        let class = root.path().join("class");
        let found = |vendor, product| find(&class, vendor, product);
        assert_eq!(
            found(0x04B8, 0x0E28).unwrap(),
            PathBuf::from("/dev/usb/lp1")
        );
        assert_eq!(
            found(0x04B8, 0x0202).unwrap(),
            PathBuf::from("/dev/usb/lp0")
        );
        let missing = found(0x0519, 0x0001).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "no USB printer 0519:0001 is connected and switched on"
        );
        let nowhere = find(Path::new("/nowhere"), 0x04B8, 0x0E28).unwrap_err();
        assert_eq!(nowhere.kind(), std::io::ErrorKind::NotFound);
    }
}
