//! Declares the commands a page may call, so that every one of them needs a line in a capability.

use std::path::Path;

const COMMANDS: &[&str] = &[
    "host_info",
    "kiosk_view",
    "kiosk_input",
    "words",
    "hub_call",
    "hub_bytes",
    "live_subscribe",
    "hub_upload",
    "print_paper",
    "print_file",
    "keep_case",
    "strip",
];

fn main() {
    // The pages are embedded: without this line a rebuilt page would not reach the program.
    println!("cargo:rerun-if-changed=../ui/dist");
    if !Path::new("../ui/dist/kiosk/index.html").exists() {
        println!(
            "cargo:warning=ui/dist has no kiosk page: run `npm ci && npm run build` in ui/ first"
        );
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
