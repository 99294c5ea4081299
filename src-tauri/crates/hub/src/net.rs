//! Connections: accepted up to a limit, with deadlines for slow senders, ended in good order.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

/// Connections at once.
pub(crate) const CONNECTIONS_MAX: usize = 2_048;
/// A request's head must have come within this time; also how long an idle connection is kept.
const HEAD_MS_MAX: u64 = 15_000;
/// Bytes of a request's head that are held.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Requests under way get this long to end when the hub stops.
const GOODBYE_MS_MAX: u64 = 3_000;
/// Accepting goes on after this pause when the system has no descriptors left.
const ACCEPT_PAUSE_MS: u64 = 50;

/// Serves `router` until `stop` turns true, then lets requests under way end.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        // Ended connections are collected as we go, so the set does not grow.
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            seat = Arc::clone(&seats).acquire_owned() => match seat {
                Ok(seat) => tokio::select! {
                    () = stopped(&mut stop) => break,
                    accepted = listener.accept() => accepted.map(|(stream, _)| (stream, seat)),
                },
                Err(_) => break,
            },
        };
        match accepted {
            Ok((stream, seat)) => {
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(async move {
                    converse(stream, router, stop).await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
    drop(listener);
    let goodbye = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_millis(GOODBYE_MS_MAX), goodbye)
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end in time and were cut");
    }
}

async fn converse(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    // Answers are small and a clerk waits for them.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that goes away in the middle is an ordinary event.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Ready once the hub stops, or nobody is left who could stop it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
