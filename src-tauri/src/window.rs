//! The one window: its page, its size, and everything a citizen must not be able to do with it.

use tauri::{
    AppHandle, Url, WebviewUrl, WebviewWindowBuilder,
    webview::{DownloadEvent, NewWindowResponse},
};

use crate::arguments::{Arguments, Role, Size};

/// No context menu, no pinch, no drag: what a touch screen offers beyond the page.
const KIOSK_SCRIPT: &str = r"
for (const kind of ['contextmenu', 'dragstart', 'gesturestart']) {
  window.addEventListener(kind, (event) => event.preventDefault(), true);
}
window.addEventListener('wheel', (event) => { if (event.ctrlKey) event.preventDefault(); }, { capture: true, passive: false });
";

/// WebKitGTK tells pages the language `C` where the system's locale is C.UTF-8; no `Intl` takes that,
/// and a library that asks for it while it loads takes the whole page with it.
const LANGUAGE_SCRIPT: &str = r"
try {
  new Intl.Locale(navigator.language);
} catch {
  const tell = (name, value) => Object.defineProperty(Navigator.prototype, name, { get: () => value });
  tell('language', 'ja-JP');
  tell('languages', Object.freeze(['ja-JP']));
}
";

/// How the window looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    role: Role,
    fullscreen: bool,
    size: Size,
}

impl Look {
    /// A kiosk and a board fill the screen unless a size is given.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let role = arguments.role;
        let fills = matches!(role, Role::Kiosk | Role::Board);
        let usual = Size {
            width: 1280,
            height: 800,
        };
        Self {
            role,
            fullscreen: arguments.fullscreen || (fills && arguments.size.is_none()),
            size: arguments.size.unwrap_or(usual),
        }
    }
}

/// Opens the window on its page.
pub(crate) fn open(app: &AppHandle, look: &Look) -> tauri::Result<()> {
    let name = look.role.name();
    let page = WebviewUrl::App(format!("{name}/index.html").into());
    let public = matches!(look.role, Role::Kiosk | Role::Board);
    let mut window = WebviewWindowBuilder::new(app, name, page)
        .title(title(look.role))
        .inner_size(look.size.width.into(), look.size.height.into())
        .fullscreen(look.fullscreen)
        .decorations(!public)
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(false)
        .general_autofill_enabled(false)
        .initialization_script(LANGUAGE_SCRIPT)
        // A page leaves nothing on the disk. (A driver of tests cannot reach such a window.)
        .incognito(!driven())
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, event| !matches!(event, DownloadEvent::Requested { .. }));
    if public {
        window = window.devtools(false).initialization_script(KIOSK_SCRIPT);
    }
    window.build()?;
    Ok(())
}

fn title(role: Role) -> &'static str {
    match role {
        Role::Kiosk => "受付",
        Role::Console => "窓口 - Uketsuke",
        Role::Board => "呼び出し - Uketsuke",
        Role::Dashboard => "待ち時間 - Uketsuke",
    }
}

/// The app's own pages, by the scheme each platform gives them.
fn is_ours(url: &Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// Started by a WebDriver server, which says so.
fn driven() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn only_the_apps_own_pages_are_navigated_to() {
        for (url, ours) in [
            ("tauri://localhost/kiosk/index.html", true),
            ("http://tauri.localhost/kiosk/index.html", true),
            ("http://127.0.0.1:8470/console/", false),
            ("https://example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("about:blank", false),
        ] {
            assert_eq!(is_ours(&url.parse().unwrap()), ours, "{url}");
        }
    }

    #[test]
    fn a_kiosk_fills_the_screen_unless_a_size_is_given() {
        for (line, fullscreen) in [
            ("uketsuke", true),
            ("uketsuke --size 1080x1920", false),
            ("uketsuke --role board", true),
            ("uketsuke --role console", false),
            ("uketsuke --role console --fullscreen", true),
        ] {
            let arguments = Arguments::parse_from(line.split_whitespace());
            assert_eq!(Look::of(&arguments).fullscreen, fullscreen, "{line}");
        }
    }
}
