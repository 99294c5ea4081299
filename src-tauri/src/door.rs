//! This device's part in the office: which hub, whom to believe that it is the one, and the token.
//!
//! What is learnt once is kept in the device's own data folder: `authority.crt`, `device.token`, `device.name`.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use kiosk::link::{Site, authority, enrol};
use wire::command::DeviceKind;
use zeroize::Zeroizing;

use crate::{
    arguments::{Arguments, Role},
    inside::{HubInside, data_folder},
};

/// Whoever reaches for the hub goes through here.
pub(crate) struct Door {
    pub(crate) site: Site,
    /// The device's token, if it has one.
    pub(crate) token: Option<Zeroizing<String>>,
    /// The name under which it was let in.
    pub(crate) name: Option<String>,
    folder: PathBuf,
}

impl Door {
    /// Reads what is known, learns what the arguments say, and keeps it.
    pub(crate) async fn open(
        arguments: &Arguments,
        base: &str,
        inside: Option<&HubInside>,
    ) -> anyhow::Result<Self> {
        if let Some(inside) = inside {
            return Ok(Self {
                site: Site::parse(base, None)?,
                token: Some(read_token(&inside.token_file)?),
                name: None,
                folder: inside.data.clone(),
            });
        }
        let folder = own_folder(arguments, base)?;
        let site = site(arguments, base, &folder).await?;
        let file = folder.join("device.token");
        let named = folder.join("device.name");
        if let Some(code) = &arguments.enrol {
            let enrolled = enrol(&site, code).await?;
            let (token, kind) = (Zeroizing::new(enrolled.token), enrolled.kind);
            // Kept before anything else: the code is spent, and the token is told once.
            keep(&file, token.as_bytes())?;
            keep(&named, enrolled.name.as_bytes())?;
            fits(arguments.role, kind, &enrolled.name)?;
            tracing::info!(device = %enrolled.name, "this device is one of the office's now");
        }
        let token = match &arguments.device_token_file {
            Some(file) => Some(read_token(file)?),
            None if file.is_file() => Some(read_token(&file)?),
            None => None,
        };
        let name = fs::read_to_string(&named).ok();
        Ok(Self {
            site,
            token,
            name: name.map(|name| name.trim().to_owned()),
            folder,
        })
    }

    /// Where a kiosk writes down the numbers that it gives by itself; one folder for each kiosk of this machine.
    pub(crate) fn reserve_folder(&self, kiosk: &str) -> PathBuf {
        // Names may have any characters; folders of every system have these.
        let name: String = kiosk.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join("reserve").join(name)
    }
}

fn fits(role: Role, kind: DeviceKind, name: &str) -> anyhow::Result<()> {
    match (role, kind) {
        (Role::Kiosk, DeviceKind::Kiosk) | (Role::Board, DeviceKind::Board) => Ok(()),
        (Role::Console | Role::Dashboard, _) => {
            bail!("in this role a person logs in; it needs no --enrol")
        }
        (Role::Kiosk | Role::Board, _) => {
            bail!("the code was for {name:?}, which is another kind of device")
        }
    }
}

/// Whom to believe: the authority that is kept, or the one whose fingerprint a person brought.
async fn site(arguments: &Arguments, base: &str, folder: &Path) -> anyhow::Result<Site> {
    let file = folder.join("authority.crt");
    if let Some(fingerprint) = &arguments.authority {
        let der = authority(base, fingerprint).await?;
        keep(&file, &der)?;
    }
    let der = match fs::read(&file) {
        Ok(der) => Some(der),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", file.display()));
        }
    };
    Ok(Site::parse(base, der.as_deref())?)
}

/// One folder for each role at each hub, so that a board and a kiosk on one machine keep apart.
fn own_folder(arguments: &Arguments, base: &str) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &arguments.data {
        return Ok(folder.clone());
    }
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    let hub: String = base.chars().map(plain).collect();
    Ok(data_folder()?
        .join("devices")
        .join(hub)
        .join(arguments.role.name()))
}

fn read_token(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the device token {} cannot be read", file.display()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Writes a file that only this program's user reads, whole or not at all.
fn keep(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let beside = file.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut open = options.open(&beside).with_context(cannot)?;
    open.write_all(bytes).with_context(cannot)?;
    open.sync_all().with_context(cannot)?;
    fs::rename(&beside, file).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_whole_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("devices/a/device.token");
        keep(&file, b"first").unwrap();
        keep(&file, b"second\n").unwrap();
        assert_eq!(*read_token(&file).unwrap(), "second");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(!file.with_extension("new").exists());
    }

    #[test]
    fn a_code_for_another_kind_of_device_is_told_apart() {
        for (role, kind, fitting) in [
            (Role::Kiosk, DeviceKind::Kiosk, true),
            (Role::Board, DeviceKind::Board, true),
            (Role::Kiosk, DeviceKind::Board, false),
            (Role::Board, DeviceKind::Kiosk, false),
            (Role::Console, DeviceKind::Kiosk, false),
            (Role::Dashboard, DeviceKind::Board, false),
        ] {
            assert_eq!(fits(role, kind, "x").is_ok(), fitting, "{role:?} {kind:?}");
        }
    }
}
