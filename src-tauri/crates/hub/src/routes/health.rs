//! `GET /api/health`: for whoever watches over the hub.

use std::{path::Path, sync::Arc};

use axum::{Json, extract::State};
use wire::{
    Code,
    health::{Health, HealthStatus, Warning, WarningAbout},
};

use crate::{desk::Desk, owner::Pulse, problem, problem::Refused};

/// With less than this, the disk may be full before somebody comes back from a long weekend.
const DISK_FREE_BYTES_MIN: u64 = 1 << 30;
/// A backup is made every business day; one that is older than this did not happen.
const BACKUP_AGE_MS_MAX: i64 = 36 * 3_600_000;
/// A clock that is behind by less is only catching up.
const CLOCK_BEHIND_MS_MAX: u64 = 2_000;

/// The owner answers, so the hub works.
pub(super) async fn health(State(desk): State<Arc<Desk>>) -> Result<Json<Health>, Refused> {
    let pulse = desk.owner.pulse().await?;
    let free = disk_free_bytes(&desk.data);
    let at = desk.clock.now().timestamp_millis();
    let warnings = warnings(&pulse, free, at);
    Ok(Json(Health {
        status: if warnings.is_empty() {
            HealthStatus::Ok
        } else {
            HealthStatus::Warn
        },
        warnings,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        day: pulse.day.to_string(),
        seq: pulse.seq,
        at,
        uptime_s: desk.started.ms() / 1_000,
        clock_behind_ms: pulse.behind_ms,
        commits: pulse.commits,
        live_clients: u32::try_from(desk.live.clients()).unwrap_or(u32::MAX),
        last_backup: pulse.last_backup.map(|at| at.timestamp_millis()),
        disk_free_bytes: free,
    }))
}

fn warnings(pulse: &Pulse, free: Option<u64>, now_ms: i64) -> Vec<Warning> {
    let backup_age_ms = pulse.last_backup.map(|at| now_ms - at.timestamp_millis());
    let warning = |about, title: &str| Warning {
        about,
        code: None,
        title: title.to_owned(),
    };
    let clock = (pulse.behind_ms > CLOCK_BEHIND_MS_MAX).then(|| Warning {
        code: Some(Code::ClockBehind),
        ..warning(WarningAbout::Clock, problem::title(Code::ClockBehind))
    });
    let backup = (pulse.backup_failed || backup_age_ms.is_some_and(|age| age > BACKUP_AGE_MS_MAX))
        .then(|| {
            warning(
                WarningAbout::Backup,
                "バックアップが作られていません。データフォルダの空き容量と権限を確かめてください。",
            )
        });
    let disk = free.is_some_and(|free| free < DISK_FREE_BYTES_MIN).then(|| {
        warning(
            WarningAbout::Disk,
            "ディスクの空き容量が残りわずかです。不要なファイルを移して、空きを増やしてください。",
        )
    });
    let bookings = (pulse.bookings_ok == Some(false)).then(|| {
        warning(
            WarningAbout::Bookings,
            "予約システムから予約を読み込めていません。受付は続けられます。接続の設定を確かめてください。",
        )
    });
    let handoff = (pulse.handoffs_left > 0).then(|| {
        warning(
            WarningAbout::Handoff,
            "保存期間を過ぎた連携ファイルを削除できていません。書き出し先フォルダーの権限を確かめ、残っているファイルを削除してください。",
        )
    });
    [clock, backup, disk, bookings, handoff]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(unix)]
fn disk_free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn disk_free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use queue::BusinessDay;

    use super::*;

    #[test]
    fn a_watch_is_told_what_to_look_at_before_the_office_stops() {
        let now: DateTime<Utc> = "2026-11-24T10:00:00+09:00".parse().unwrap();
        let well = Pulse {
            seq: 1,
            day: BusinessDay::on(now.date_naive()),
            behind_ms: 0,
            bookings_ok: Some(true),
            last_backup: Some(now - TimeDelta::hours(6)),
            backup_failed: false,
            handoffs_left: 0,
            commits: 1,
        };
        let much = Some(1 << 40);
        let about = |pulse: &Pulse, free| {
            let found = warnings(pulse, free, now.timestamp_millis());
            assert!(found.iter().all(|it| it.title.ends_with("ください。")));
            found.iter().map(|it| it.about).collect::<Vec<_>>()
        };
        assert_eq!(about(&well, much), []);
        assert_eq!(about(&well, None), []);
        for (pulse, free, expected) in [
            (
                Pulse {
                    behind_ms: 60_000,
                    ..well.clone()
                },
                much,
                WarningAbout::Clock,
            ),
            (
                Pulse {
                    backup_failed: true,
                    ..well.clone()
                },
                much,
                WarningAbout::Backup,
            ),
            (
                Pulse {
                    last_backup: Some(now - TimeDelta::hours(37)),
                    ..well.clone()
                },
                much,
                WarningAbout::Backup,
            ),
            (well.clone(), Some(1 << 20), WarningAbout::Disk),
            (
                Pulse {
                    bookings_ok: Some(false),
                    ..well.clone()
                },
                much,
                WarningAbout::Bookings,
            ),
            (
                Pulse {
                    handoffs_left: 1,
                    ..well.clone()
                },
                much,
                WarningAbout::Handoff,
            ),
        ] {
            assert_eq!(about(&pulse, free), [expected]);
        }
    }
}
