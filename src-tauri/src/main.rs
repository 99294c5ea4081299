//! The Uketsuke desktop app: one program, started in a role. Arguments, wiring, one-line commands, one window.

mod arguments;
mod card;
mod commands;
mod desk;
mod door;
mod form;
mod inside;
mod live;
mod paper;
#[cfg(test)]
mod policy;
mod printer;
mod slips;
mod strip;
mod window;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Task};

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    match &arguments.task {
        Some(Task::Check { config }) => return check(config),
        Some(Task::Card { command }) => return card::run(command),
        Some(Task::Printer { command }) => return printer::run(command),
        Some(Task::Slip { command }) => return slips::run(command),
        Some(Task::Form { command }) => return form::run(command),
        Some(Task::Audit { command }) => return audit(command),
        None => {}
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Names every mistake in the office's files, one a line.
fn check(config: &std::path::Path) -> ExitCode {
    let checked = wiring::load_office(config).and_then(|office| {
        let mut mistakes = hub::check_papers(&office, &hub::Clock::real());
        mistakes.extend(
            office::check_slips(config, &office)
                .iter()
                .map(ToString::to_string),
        );
        anyhow::ensure!(mistakes.is_empty(), "{}", mistakes.join("\n"));
        let note = printer::absent(&office.printer)?;
        Ok((office, note))
    });
    match checked {
        Ok((office, note)) => {
            println!("{}: {} is complete", config.display(), office.id);
            if let Some(note) = note {
                println!("{note}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Looks at the audit trail of the hub inside.
fn audit(command: &hub::admin::Audit) -> ExitCode {
    match hub::admin::audit(command) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let _inside = runtime.enter();

    let wired = runtime.block_on(wiring::wire(arguments))?;
    let (views, hub) = (wired.desk.views(), wired.hub);
    let look = window::Look::of(arguments);
    let app = tauri::Builder::default()
        .manage(wired.desk)
        .manage(strip::Before::default())
        .invoke_handler(tauri::generate_handler![
            commands::host_info,
            commands::kiosk_view,
            commands::kiosk_input,
            commands::words,
            commands::hub_call,
            commands::hub_bytes,
            commands::live_subscribe,
            commands::hub_upload,
            commands::print_paper,
            commands::print_file,
            commands::keep_case,
            commands::strip,
        ])
        .setup(move |app| {
            window::open(app.handle(), &look)?;
            if let Some(views) = views {
                tokio::spawn(live::show_views(app.handle().clone(), views));
            }
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run_return(|_, _| {});
    if let Some(hub) = hub {
        runtime.block_on(hub.stop());
    }
    Ok(())
}
