//! The phone page of an office, for whoever keeps its website.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use office::Office;

use crate::{
    Clock,
    prefill::{keys::Keys, page},
};

/// Write the page on which citizens fill a form in at home: one file for the city's website. The hub may be running.
#[derive(clap::Args)]
pub struct ExportPhonePage {
    /// The office's configuration.
    #[arg(long, default_value = "kiosk-config")]
    pub config: PathBuf,
    /// The hub's data folder; the private key is made there at the first export and stays there.
    #[arg(long)]
    pub data: PathBuf,
    /// The folder of the built pages.
    #[arg(long)]
    pub ui: PathBuf,
    /// The file to write.
    #[arg(long)]
    pub to: PathBuf,
    /// Make a new key, once a year. QR codes of earlier pages are still read for 90 days; then the earlier key goes.
    #[arg(long)]
    pub new_key: bool,
}

/// Writes the page of `office`; says what was written.
///
/// # Errors
/// When the built page is not there, or the key or the page cannot be written.
pub fn export_phone_page(wish: &ExportPhonePage, office: &Office) -> anyhow::Result<String> {
    let built = wish.ui.join("phone").join("index.html");
    let html = fs::read_to_string(&built)
        .with_context(|| format!("{} cannot be read", built.display()))?;
    crate::make_folder(&wish.data)?;
    let mut keys = Keys::load(&wish.data).context("phone.keys cannot be used")?;
    let now = Clock::real().now();
    let kept = if wish.new_key || keys.newest().is_none() {
        keys.add(&wish.data, now)
    } else {
        keys.clear(&wish.data, now)
    };
    kept.context("phone.keys cannot be written")?;
    let key = keys.newest().context("there is no key")?;
    let id = key.id.clone();
    let page = page::page(office, key)
        .map_err(|refused| anyhow::anyhow!("the page cannot be made: {refused:?}"))?;
    let html = page::fill_in(&html, &page)
        .with_context(|| format!("{} is no phone page", built.display()))?;
    fs::write(&wish.to, html)
        .with_context(|| format!("{} cannot be written", wish.to.display()))?;
    Ok(format!(
        "{}: {} procedures, key {id}, codes are read for {} days",
        wish.to.display(),
        page.procedures.len(),
        page.valid_days
    ))
}
