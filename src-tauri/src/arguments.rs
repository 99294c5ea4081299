//! What the command line says.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;

/// Uketsuke 受付: the counters of a city office.
///
/// Without arguments it is a whole office in one box: the hub inside, and a kiosk.
#[derive(Debug, Parser)]
#[command(name = "uketsuke", version)]
pub(crate) struct Arguments {
    /// What this window is.
    #[arg(long, value_enum, default_value_t = Role::Kiosk)]
    pub(crate) role: Role,
    /// The office's configuration folder. A kiosk and a single box need it; the other roles ask the hub.
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// The hub's address. A kiosk without it starts the hub inside.
    #[arg(long, value_name = "URL")]
    pub(crate) hub: Option<String>,
    /// The one-time code with which this kiosk or board becomes one of the office's, `7KQ2-M9XD`. Needed once.
    #[arg(long, value_name = "CODE", requires = "hub")]
    pub(crate) enrol: Option<String>,
    /// SHA-256 of the office's authority, as the hub prints it when it starts. Needed once, for an https:// hub.
    #[arg(long, value_name = "SHA256", requires = "hub")]
    pub(crate) authority: Option<String>,
    /// The file with the token for windows on the hub's own machine (`device.token` in its data folder).
    #[arg(long, value_name = "FILE", requires = "hub")]
    pub(crate) device_token_file: Option<PathBuf>,
    /// This kiosk's name; by default the first in office.toml.
    #[arg(long, value_name = "NAME")]
    pub(crate) kiosk_name: Option<String>,
    /// Fill the screen. A kiosk and a board do so unless --size is given.
    #[arg(long, conflicts_with = "size")]
    pub(crate) fullscreen: bool,
    /// The window's size in pixels, `1080x1920`.
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// The printer's address instead of the one in office.toml, `127.0.0.1:9100`, `usb:04b8:0e28`, …
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) printer: Option<slip::printer::Address>,
    /// The data folder: the hub's, if it is inside; else this device's own, with its token and the authority it
    /// trusts. By default in the desktop's folder for this program's data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where the hub inside listens instead of the address in office.toml.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "hub")]
    pub(crate) listen: Option<SocketAddr>,
    /// The built pages that the hub inside serves to browsers.
    #[arg(long, value_name = "DIR", conflicts_with = "hub")]
    pub(crate) ui: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
}

/// Something else than a window.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Reads an office's configuration and names every mistake: file, line, key, and what was expected.
    Check {
        /// The configuration folder.
        #[arg(long, value_name = "DIR", default_value = "kiosk-config")]
        config: PathBuf,
    },
    /// The card reader of this machine.
    Card {
        #[command(subcommand)]
        command: CardTask,
    },
    /// The slip printer of this machine.
    Printer {
        #[command(subcommand)]
        command: PrinterTask,
    },
    /// The office's slips (番号札).
    Slip {
        #[command(subcommand)]
        command: SlipTask,
    },
    /// The office's procedures: their questions and their papers.
    Form {
        #[command(subcommand)]
        command: FormTask,
    },
    /// The audit trail of the hub inside: who did what, from where, when. It may be running.
    Audit {
        #[command(subcommand)]
        command: hub::admin::Audit,
    },
}

/// Something about the card reader.
#[derive(Debug, Subcommand)]
pub(crate) enum CardTask {
    /// Looks at the reader service, the readers and the card on them, and says what is wrong, if anything. Nothing of
    /// a person is read, and no try of a PIN is spent. Ends with 0 when visitors can be served, else with 1.
    Diagnose(Diagnose),
}

/// What is diagnosed, and how it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Diagnose {
    /// The configuration folder, whose office.toml names the readers. By default kiosk-config, if it is there.
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// A part of a reader's name instead of those in office.toml; the preferred one first.
    #[arg(long = "reader", value_name = "NAME")]
    pub(crate) readers: Vec<String>,
    /// Wait so long for a card.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub(crate) wait: u64,
    /// The language, `ja` or `en`; by default that of the locale.
    #[arg(long, value_name = "TAG")]
    pub(crate) lang: Option<String>,
    /// Everything that was found, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Something about the slip printer.
#[derive(Debug, Subcommand)]
pub(crate) enum PrinterTask {
    /// Asks the printer what it is, prints a test page, and says which profile suits it. Stop the kiosk first: a
    /// printer serves one connection. Ends with 0 when slips are printed and confirmed, with 1 when something is to be
    /// done, with 2 when it could not begin.
    Test(PrinterTest),
}

/// What is tested, and how it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct PrinterTest {
    /// The configuration folder. By default kiosk-config.
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// Another address than the one in office.toml: `192.0.2.10:9100`, `usb:04b8:0e28`,
    /// `serial:/dev/ttyUSB0?baud=38400`, `queue:SLIPS`.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) printer: Option<slip::printer::Address>,
    /// Another profile than the one in office.toml: a file of printers/, without `.toml`.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Ask only; print nothing.
    #[arg(long)]
    pub(crate) no_page: bool,
    /// The language, `ja` or `en`; by default that of the locale.
    #[arg(long, value_name = "TAG")]
    pub(crate) lang: Option<String>,
    /// Everything that was found, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Something about procedures.
#[derive(Debug, Subcommand)]
pub(crate) enum FormTask {
    /// Shows a procedure's questions and its paper in a browser of this machine, drawn anew whenever one of the office's
    /// files is saved, with every mistake named. The answers are samples. Ctrl+C ends it.
    Preview(FormPreview),
}

/// Which procedure is shown, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct FormPreview {
    /// The procedure: a file of procedures/, without `.toml`.
    #[arg(value_name = "PROCEDURE")]
    pub(crate) procedure: String,
    /// The configuration folder.
    #[arg(long, value_name = "DIR", default_value = "kiosk-config")]
    pub(crate) config: PathBuf,
    /// The port on this machine; 0 takes any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 8479)]
    pub(crate) port: u16,
}

/// Something about slips.
#[derive(Debug, Subcommand)]
pub(crate) enum SlipTask {
    /// Draws the office's longest slip as PNG, dot by dot what the printer would be sent, and says how long and how
    /// heavy it is.
    Preview(SlipPreview),
}

/// Which slip is drawn, and for which paper.
#[derive(Debug, clap::Args)]
pub(crate) struct SlipPreview {
    /// The configuration folder.
    #[arg(long, value_name = "DIR", default_value = "kiosk-config")]
    pub(crate) config: PathBuf,
    /// A template of slips/, without `.toml`, instead of the office's own.
    #[arg(long, value_name = "NAME")]
    pub(crate) template: Option<String>,
    /// Another printer than the one in office.toml: a file of printers/, without `.toml`.
    #[arg(long, value_name = "NAME")]
    pub(crate) printer: Option<String>,
    /// The citizen's language.
    #[arg(long, value_name = "TAG", default_value = "ja")]
    pub(crate) lang: String,
    /// For who reads large print.
    #[arg(long)]
    pub(crate) large: bool,
    /// The copy that stays with the staff.
    #[arg(long)]
    pub(crate) copy: bool,
    /// A second time, with the mark 再発行.
    #[arg(long)]
    pub(crate) reissued: bool,
    /// The longest paper of what to bring (持ち物の紙) of this life event instead of a slip; several papers are several files.
    #[arg(long, value_name = "LIFE_EVENT", conflicts_with_all = ["template", "large", "copy", "reissued"])]
    pub(crate) checklist: Option<String>,
    /// Where the picture goes.
    #[arg(long, value_name = "FILE", default_value = "slip.png")]
    pub(crate) out: PathBuf,
}

/// What a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// The citizen's screen.
    Kiosk,
    /// A clerk's desk.
    Console,
    /// The hall's display.
    Board,
    /// A manager's desk.
    Dashboard,
}

impl Role {
    /// The window's label, and the folder of its page.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Console => "console",
            Self::Board => "board",
            Self::Dashboard => "dashboard",
        }
    }
}

/// A window's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u16,
    pub(crate) height: u16,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (width, height) = text
            .split_once(['x', 'X'])
            .ok_or("expected WIDTHxHEIGHT, as in 1080x1920")?;
        let pixels = |text: &str| match text.parse() {
            Ok(pixels @ 200..=16_384) => Ok(pixels),
            _ => Err(format!("{text:?} is no number of pixels from 200 to 16384")),
        };
        Ok(Self {
            width: pixels(width)?,
            height: pixels(height)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn without_arguments_it_is_a_single_box() {
        let arguments = parse("uketsuke").unwrap();
        assert_eq!(arguments.role, Role::Kiosk);
        assert!(arguments.hub.is_none() && arguments.task.is_none());
    }

    #[test]
    fn the_audit_trail_of_a_single_box_is_verified_by_the_same_program() {
        let arguments = parse("uketsuke audit verify --data d").unwrap();
        assert!(matches!(arguments.task, Some(Task::Audit { .. })));
        assert!(parse("uketsuke audit verify --data d --head 5").is_err());
    }

    #[test]
    fn a_diagnosis_needs_no_argument_and_knows_its_own() {
        let diagnose = |line| match parse(line).unwrap().task {
            Some(Task::Card {
                command: CardTask::Diagnose(diagnose),
            }) => diagnose,
            other => panic!("{other:?}"),
        };
        let bare = diagnose("uketsuke card diagnose");
        assert!(bare.config.is_none() && bare.readers.is_empty() && bare.wait == 0 && !bare.json);
        let full =
            diagnose("uketsuke card diagnose --reader a --reader b --wait 10 --lang en --json");
        assert_eq!(full.readers, ["a", "b"]);
        assert!(full.wait == 10 && full.json && full.lang.as_deref() == Some("en"));
        assert!(parse("uketsuke card diagnose --wait 601").is_err());
        assert!(parse("uketsuke card").is_err());
    }

    #[test]
    fn a_slip_is_drawn_for_any_template_printer_and_language() {
        let arguments = parse(
            "uketsuke slip preview --template large --printer generic-58 --lang en --out x.png",
        );
        let Some(Task::Slip {
            command: SlipTask::Preview(asked),
        }) = arguments.unwrap().task
        else {
            panic!("another task");
        };
        assert_eq!(asked.template.as_deref(), Some("large"));
        assert_eq!(asked.printer.as_deref(), Some("generic-58"));
        assert_eq!((asked.lang.as_str(), asked.copy), ("en", false));
    }

    #[test]
    fn a_procedure_is_shown_by_its_name() {
        let arguments = parse("uketsuke form preview juminhyo --port 0").unwrap();
        let Some(Task::Form {
            command: FormTask::Preview(asked),
        }) = arguments.task
        else {
            panic!("another task");
        };
        assert_eq!((asked.procedure.as_str(), asked.port), ("juminhyo", 0));
        assert_eq!(asked.config, PathBuf::from("kiosk-config"));
        assert!(parse("uketsuke form preview").is_err());
    }

    #[test]
    fn arguments_that_contradict_each_other_are_refused() {
        for line in [
            "uketsuke --fullscreen --size 800x600",
            "uketsuke --enrol 7KQ2-M9XD",
            "uketsuke --hub http://h --listen 127.0.0.1:1",
            "uketsuke --device-token-file f",
            "uketsuke --role clerk",
            "uketsuke --size 800",
            "uketsuke --size 800x1",
            "uketsuke --size 800x-1",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_kiosk_of_a_hub_elsewhere_is_named_in_full() {
        let arguments = parse(
            "uketsuke --role kiosk --config c --hub http://127.0.0.1:8470 --device-token-file f --size 1080x1920",
        )
        .unwrap();
        let size = Size {
            width: 1080,
            height: 1920,
        };
        assert_eq!(arguments.size, Some(size));
    }
}
