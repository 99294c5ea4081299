//! The console's window as a small strip that stays on top of other work, and large again.

use std::sync::{Mutex, PoisonError};

use tauri::{LogicalSize, PhysicalPosition, PhysicalSize, WebviewWindow};

/// As large as the page's strip: the number, the one key, who waits, undo.
const STRIP: LogicalSize<u32> = LogicalSize {
    width: 820,
    height: 108,
};

/// How the window was before it became a strip; absent while it is large.
#[derive(Default)]
pub(crate) struct Before(Mutex<Option<Large>>);

struct Large {
    size: PhysicalSize<u32>,
    position: PhysicalPosition<i32>,
    maximized: bool,
}

/// Makes the window a strip, or what it was before. The same wish twice changes nothing.
pub(crate) fn set(window: &WebviewWindow, before: &Before, small: bool) -> tauri::Result<()> {
    let mut before = before.0.lock().unwrap_or_else(PoisonError::into_inner);
    match (small, before.take()) {
        (true, None) => *before = Some(shrink(window)?),
        (true, large) => *before = large,
        (false, Some(large)) => grow(window, &large)?,
        (false, None) => {}
    }
    Ok(())
}

fn shrink(window: &WebviewWindow) -> tauri::Result<Large> {
    let maximized = window.is_maximized()?;
    if maximized {
        window.unmaximize()?;
    }
    let large = Large {
        size: window.inner_size()?,
        position: window.outer_position()?,
        maximized,
    };
    window.set_size(STRIP)?;
    window.set_always_on_top(true)?;
    Ok(large)
}

fn grow(window: &WebviewWindow, large: &Large) -> tauri::Result<()> {
    window.set_always_on_top(false)?;
    window.set_size(large.size)?;
    window.set_position(large.position)?;
    if large.maximized {
        window.maximize()?;
    }
    Ok(())
}
