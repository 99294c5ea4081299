//! `uketsuke-hub`: the office's hub as a service.

use std::{
    io::{BufRead as _, Read as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use hub::{Clock, Settings, admin};
use zeroize::Zeroizing;

/// The hub of one office: the queue, the database, the pages.
#[derive(Parser)]
#[command(name = "uketsuke-hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the office.
    Serve {
        /// The office's configuration.
        #[arg(long, default_value = "kiosk-config")]
        config: PathBuf,
        /// Where the database and the hub's keys are, and are made at the first start.
        #[arg(long)]
        data: PathBuf,
        /// Address and port. Without it, what office.toml says.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// The folder of the built pages.
        #[arg(long)]
        ui: Option<PathBuf>,
        /// Rehearsal: start the hub's clock at this instant (RFC 3339). Never in a real office.
        #[arg(long, value_name = "INSTANT")]
        rehearse_at: Option<chrono::DateTime<chrono::FixedOffset>>,
    },
    /// Accounts of staff.
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Kiosks and boards of the office. The hub must not be running; while it runs, its API does the same.
    Device {
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// The audit trail: who did what, from where, when. The hub may be running.
    Audit {
        #[command(subcommand)]
        command: admin::Audit,
    },
    Backup(admin::Backup),
    Restore(admin::RestoreBackup),
    Purge(admin::Purge),
    /// The page on which citizens fill a form in at home.
    PhonePage {
        #[command(subcommand)]
        command: PhonePageCommand,
    },
    /// Check the office's configuration: one line for each mistake.
    Check {
        /// The office's configuration.
        #[arg(long, default_value = "kiosk-config")]
        config: PathBuf,
    },
}

#[derive(Subcommand)]
enum PhonePageCommand {
    Export(hub::ExportPhonePage),
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Make an account, or give an existing one a new name, role and password. The password comes on stdin.
    Add {
        /// What the person types to log in.
        account: String,
        /// The name to show.
        #[arg(long)]
        name: String,
        /// What the person may do.
        #[arg(long, value_enum)]
        role: RoleArgument,
        /// The office's configuration.
        #[arg(long, default_value = "kiosk-config")]
        config: PathBuf,
        /// The hub's data folder. The hub must not be running.
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Subcommand)]
enum DeviceCommand {
    /// Let a device in: prints the one-time code that it shows within 15 minutes.
    Add {
        /// What the office calls it; a kiosk's is one of office.toml's.
        name: String,
        /// What it is.
        #[arg(long, value_enum)]
        kind: KindArgument,
        /// The counter at which a tablet lies.
        #[arg(long)]
        counter: Option<String>,
        #[command(flatten)]
        folders: Folders,
    },
    /// List the devices that are in or have a code, a line each.
    List {
        #[command(flatten)]
        folders: Folders,
    },
    /// Put a device out: its token lets nobody in any more.
    Revoke {
        /// What the office calls it.
        name: String,
        #[command(flatten)]
        folders: Folders,
    },
}

#[derive(clap::Args)]
struct Folders {
    /// The office's configuration.
    #[arg(long, default_value = "kiosk-config")]
    config: PathBuf,
    /// The hub's data folder.
    #[arg(long)]
    data: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum KindArgument {
    Kiosk,
    Board,
    Tablet,
}

impl From<KindArgument> for wire::command::DeviceKind {
    fn from(kind: KindArgument) -> Self {
        match kind {
            KindArgument::Kiosk => Self::Kiosk,
            KindArgument::Board => Self::Board,
            KindArgument::Tablet => Self::Tablet,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArgument {
    Clerk,
    Lead,
    Manager,
    Administrator,
}

impl From<RoleArgument> for wire::command::Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Clerk => Self::Clerk,
            RoleArgument::Lead => Self::Lead,
            RoleArgument::Manager => Self::Manager,
            RoleArgument::Administrator => Self::Administrator,
        }
    }
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uketsuke-hub: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve {
            config,
            data,
            listen,
            ui,
            rehearse_at,
        } => {
            let clock = rehearse_at.map_or_else(Clock::real, |instant| {
                tracing::warn!(%instant, "rehearsal: the hub's clock does not show the real time");
                Clock::starting_at(instant.to_utc())
            });
            let mut office = load(&config)?;
            for mistake in &office.slips.mistakes {
                tracing::warn!(%mistake, "slips are plainer than the office wants them");
            }
            let listen = listen.unwrap_or(office.hub.listen);
            office.hub.listen = listen;
            serve(
                Settings {
                    office,
                    data,
                    ui,
                    clock,
                },
                listen,
            )
        }
        Command::Account {
            command:
                AccountCommand::Add {
                    account,
                    name,
                    role,
                    config,
                    data,
                },
        } => {
            let password = read_password().context("no password on stdin")?;
            let office = load(&config)?;
            hub::add_account(&data, &office.id, &account, &name, role.into(), &password)?;
            println!("account {account} is ready");
            Ok(())
        }
        Command::Device { command } => device(command),
        Command::Audit { command } => say(admin::audit(&command)?),
        Command::Backup(arguments) => say(admin::backup(&arguments)?),
        Command::Restore(arguments) => say(admin::restore(&arguments)?),
        Command::Purge(arguments) => say(admin::purge(&arguments)?),
        Command::PhonePage {
            command: PhonePageCommand::Export(arguments),
        } => {
            let office = load(&arguments.config)?;
            say(hub::export_phone_page(&arguments, &office)?)
        }
        Command::Check { config } => {
            let office = load(&config)?;
            let mut mistakes = hub::check_papers(&office, &hub::Clock::real());
            let slips = office::check_slips(&config, &office);
            mistakes.extend(slips.iter().map(ToString::to_string));
            anyhow::ensure!(mistakes.is_empty(), "{}", mistakes.join("\n"));
            println!(
                "{}: {} services, {} counters, {} procedures, no mistakes",
                config.display(),
                office.services.len(),
                office.counters.len(),
                office.procedures.len()
            );
            Ok(())
        }
    }
}

fn say(what: String) -> anyhow::Result<()> {
    println!("{what}");
    Ok(())
}

fn device(command: DeviceCommand) -> anyhow::Result<()> {
    match command {
        DeviceCommand::Add {
            name,
            kind,
            counter,
            folders,
        } => {
            let office = load(&folders.config)?;
            let counter = counter.as_deref();
            let admitted = hub::add_device(&folders.data, &office, &name, kind.into(), counter)?;
            let until = admitted.until.format("%Y-%m-%d %H:%M");
            println!("code {} until {until}", admitted.code);
            if let Some(authority) = admitted.authority {
                println!("authority SHA-256 {authority}");
            }
        }
        DeviceCommand::List { folders } => {
            let office = load(&folders.config)?;
            for line in hub::list_devices(&folders.data, &office)? {
                println!("{line}");
            }
        }
        DeviceCommand::Revoke { name, folders } => {
            let office = load(&folders.config)?;
            hub::revoke_device(&folders.data, &office, &name)?;
            println!("{name} is out");
        }
    }
    Ok(())
}

fn load(config: &std::path::Path) -> anyhow::Result<office::Office> {
    office::Office::load(config).map_err(|mistakes| {
        for mistake in &mistakes {
            eprintln!("{mistake}");
        }
        anyhow::anyhow!(
            "{} has {} mistake(s), listed above",
            config.display(),
            mistakes.len()
        )
    })
}

fn serve(settings: Settings, listen: SocketAddr) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?
        .block_on(async {
            let sockets = hub::Sockets::bind(listen)
                .await
                .with_context(|| format!("cannot listen on {listen}"))?;
            let hub = hub::Hub::open(settings)?;
            // Everything is replayed, and whoever connects from here on is served.
            // At once: whoever waits for the first line need not read the others.
            println!("{}", hub.greeting(&sockets).join("\n"));
            hub.serve(sockets, asked_to_stop()).await?;
            Ok(())
        })
}

/// Ends with SIGTERM, or ctrl-c.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminated =
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(terminated) => terminated,
                Err(error) => {
                    tracing::warn!(%error, "SIGTERM cannot be heard; ctrl-c stops the hub");
                    let _ = interrupted.await;
                    return;
                }
            };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
    tracing::info!("the hub was asked to stop");
}

fn read_password() -> std::io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(2 * hub::PASSWORD_BYTES_MAX as u64)
        .read_line(&mut line)?;
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}
