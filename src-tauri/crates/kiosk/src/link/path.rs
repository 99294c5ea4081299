//! Which paths a page may ask the hub for.

const PATH_BYTES_MAX: usize = 512;

/// Why a path is refused before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not start with `/api/`, or would leave it.
    #[error("the path is not below /api/")]
    NotTheHub,
    /// It has characters no path of the hub has.
    #[error("the path has characters that no path of the hub has")]
    Characters,
    /// It is longer than any path of the hub.
    #[error("the path is longer than {PATH_BYTES_MAX} bytes")]
    TooLong,
}

/// Accepts `/api/…` with plain segments and an optional query; nothing that could climb out of it.
///
/// # Errors
/// A [`PathError`] that says what is wrong.
pub fn check_path(path: &str) -> Result<(), PathError> {
    if path.len() > PATH_BYTES_MAX {
        return Err(PathError::TooLong);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.?=&%:,".contains(c);
    if !path.chars().all(plain) {
        return Err(PathError::Characters);
    }
    let file = path.split('?').next().unwrap_or_default();
    let climbs = file
        .split('/')
        .skip(1)
        .any(|segment| segment.is_empty() || segment.starts_with('.') || segment.contains('%'));
    if !file.starts_with("/api/") || climbs {
        return Err(PathError::NotTheHub);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_below_api_are_sent() {
        for path in [
            "/api/office",
            "/api/tickets/0190b1e2-0000-7000-8000-000000000000/call",
            "/api/tickets/1/paper/0.png",
            "/api/dashboard?day=2026-11-24",
        ] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for (path, refused) in [
            ("/v/token", PathError::NotTheHub),
            ("/apix/office", PathError::NotTheHub),
            ("/api/../v/x", PathError::NotTheHub),
            ("/api/%2e%2e/v/x", PathError::NotTheHub),
            ("/api//evil", PathError::NotTheHub),
            ("//evil/api/office", PathError::NotTheHub),
            ("http://evil/api/office", PathError::NotTheHub),
            ("/api/office#x", PathError::Characters),
            ("/api/office\r\nHost: evil", PathError::Characters),
            ("/api/a@evil", PathError::Characters),
            ("/api/予約", PathError::Characters),
        ] {
            assert_eq!(check_path(path), Err(refused), "{path}");
        }
        assert_eq!(
            check_path(&format!("/api/{}", "a".repeat(600))),
            Err(PathError::TooLong)
        );
    }
}
