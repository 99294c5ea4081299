//! Connections: accepted up to a limit, in TLS or inside the machine, with deadlines for slow senders, ended in good
//! order.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, extract::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Connections at once.
pub(crate) const CONNECTIONS_MAX: usize = 2_048;
/// Connections at once from one address other than this machine's own.
pub(crate) const CONNECTIONS_PER_ADDRESS_MAX: usize = 128;
/// A request's head must have come within this time; also how long an idle connection is kept.
const HEAD_MS_MAX: u64 = 15_000;
/// The first byte, and TLS's greeting, must have come within this time.
const GREETING_MS_MAX: u64 = 5_000;
/// Bytes of a request's head that are held.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Requests under way get this long to end when the hub stops.
const GOODBYE_MS_MAX: u64 = 3_000;
/// Accepting goes on after this pause when the system has no descriptors left.
const ACCEPT_PAUSE_MS: u64 = 50;
/// The first byte of every TLS connection: a handshake record (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// What whoever speaks plain HTTP from outside of the machine is told, and nothing else.
const HTTPS_ONLY: &[u8] = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade, close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 71\r\n\r\n\
    https:// \xE3\x81\xA7\xE9\x96\x8B\xE3\x81\x84\xE3\x81\xA6\xE3\x81\x8F\xE3\x81\xA0\xE3\x81\x95\xE3\x81\x84\xE3\x80\x82 This office speaks https:// only.\n";

/// Where a hub listens. An address of this machine alone may speak plain HTTP; every other one speaks TLS.
#[derive(Debug)]
pub struct Sockets(Vec<TcpListener>);

impl Sockets {
    /// Listens on `listen`; the machine itself is always let in at the same port of 127.0.0.1.
    ///
    /// # Errors
    /// When an address cannot be had.
    pub async fn bind(listen: SocketAddr) -> io::Result<Self> {
        let first = TcpListener::bind(listen).await?;
        let address = first.local_addr()?;
        let ip = address.ip().to_canonical();
        let mut sockets = vec![first];
        if !ip.is_loopback() && !ip.is_unspecified() {
            let own: IpAddr = if ip.is_ipv4() {
                Ipv4Addr::LOCALHOST.into()
            } else {
                Ipv6Addr::LOCALHOST.into()
            };
            sockets.push(TcpListener::bind((own, address.port())).await?);
        }
        Ok(Self(sockets))
    }

    /// The addresses, the office's first.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.0.iter().map(TcpListener::local_addr);
        addresses.filter_map(Result::ok).collect()
    }

    /// An address that others than this machine reach.
    pub(crate) fn outside(&self) -> Option<SocketAddr> {
        let mut addresses = self.addresses().into_iter();
        addresses.find(|address| !address.ip().to_canonical().is_loopback())
    }
}

impl From<TcpListener> for Sockets {
    fn from(listener: TcpListener) -> Self {
        Self(vec![listener])
    }
}

/// How a request reached the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// In TLS.
    pub(crate) tls: bool,
    /// The other end.
    pub(crate) peer: SocketAddr,
    /// This end.
    pub(crate) here: SocketAddr,
}

impl Line {
    /// Whether it never left this machine.
    pub(crate) fn inside(&self) -> bool {
        let loopback = |address: SocketAddr| address.ip().to_canonical().is_loopback();
        loopback(self.peer) && loopback(self.here)
    }

    /// What the audit trail says about where somebody sits.
    pub(crate) fn place(&self) -> String {
        self.peer.ip().to_canonical().to_string()
    }
}

/// Who sits where: so many connections in all, and so many of one address.
struct Seats {
    all: Arc<Semaphore>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection's seat; it is free again when this is dropped.
struct Seat {
    seats: Arc<Seats>,
    address: Option<IpAddr>,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    /// A seat, unless the address has as many as one may have. This machine's own windows are not counted.
    fn take(self: &Arc<Self>, peer: SocketAddr, permit: OwnedSemaphorePermit) -> Option<Seat> {
        let address = Some(peer.ip().to_canonical()).filter(|address| !address.is_loopback());
        if let Some(address) = address {
            let mut counts = (self.by_address.lock()).unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(address).or_default();
            if *count >= CONNECTIONS_PER_ADDRESS_MAX {
                return None;
            }
            *count += 1;
        }
        Some(Seat {
            seats: Arc::clone(self),
            address,
            _permit: permit,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut counts = (self.seats.by_address.lock()).unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

/// What every connection gets.
#[derive(Clone)]
struct House {
    router: Router,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
}

/// Serves `router` until `stop` turns true, then lets requests under way end.
pub(crate) async fn serve(
    sockets: Sockets,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let seats = Arc::new(Seats {
        all: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        by_address: Mutex::default(),
    });
    let house = House {
        router,
        tls: tls.map(TlsAcceptor::from),
        stop,
    };
    let doors = sockets.0.into_iter();
    let doors = doors.map(|listener| door(listener, house.clone(), Arc::clone(&seats)));
    futures_util::future::join_all(doors).await;
}

/// One listener.
async fn door(listener: TcpListener, house: House, seats: Arc<Seats>) {
    let mut stop = house.stop.clone();
    let mut connections = JoinSet::new();
    loop {
        // Ended connections are collected as we go, so the set does not grow.
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            permit = Arc::clone(&seats.all).acquire_owned() => match permit {
                Ok(permit) => tokio::select! {
                    () = stopped(&mut stop) => break,
                    accepted = listener.accept() => accepted.map(|(stream, peer)| (stream, peer, permit)),
                },
                Err(_) => break,
            },
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                let Some(seat) = seats.take(peer, permit) else {
                    tracing::warn!(address = %peer.ip(), "an address has too many connections");
                    continue;
                };
                let house = house.clone();
                connections.spawn(async move {
                    greet(stream, peer, house).await;
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
    if timeout(Duration::from_millis(GOODBYE_MS_MAX), goodbye)
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end in time and were cut");
    }
}

/// TLS, or plain inside the machine, or a word of refusal.
async fn greet(mut stream: TcpStream, peer: SocketAddr, mut house: House) {
    // Answers are small and a clerk waits for them.
    let _ = stream.set_nodelay(true);
    let Ok(here) = stream.local_addr() else {
        return;
    };
    let mut line = Line {
        tls: false,
        peer,
        here,
    };
    let Some(tls) = house.tls.clone() else {
        // Without TLS only loopback addresses are listened on.
        return converse(stream, line, house).await;
    };
    let mut first = [0; 1];
    let peeked = tokio::select! {
        () = stopped(&mut house.stop) => return,
        peeked = within(GREETING_MS_MAX, stream.peek(&mut first)) => peeked,
    };
    let speaks_tls = match peeked {
        Some(Ok(1..)) => first == [TLS_HANDSHAKE],
        Some(Ok(0) | Err(_)) | None => return,
    };
    if speaks_tls {
        let greeted = tokio::select! {
            () = stopped(&mut house.stop) => return,
            greeted = within(GREETING_MS_MAX, tls.accept(stream)) => greeted,
        };
        match greeted {
            Some(Ok(stream)) => {
                line.tls = true;
                converse(stream, line, house).await;
            }
            // Scanners, and browsers that do not trust the authority yet.
            Some(Err(error)) => tracing::debug!(%error, "a TLS greeting failed"),
            None => tracing::debug!("a TLS greeting did not end in time"),
        }
    } else if line.inside() {
        converse(stream, line, house).await;
    } else {
        let _ = within(GREETING_MS_MAX, stream.write_all(HTTPS_ONLY)).await;
    }
}

async fn within<T>(ms_max: u64, work: impl Future<Output = T>) -> Option<T> {
    timeout(Duration::from_millis(ms_max), work).await.ok()
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    line: Line,
    house: House,
) {
    let House {
        router, mut stop, ..
    } = house;
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(line);
        router.call(request)
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_of_plain_http_says_how_long_it_is() {
        let text = std::str::from_utf8(HTTPS_ONLY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let length = head.split_once("Content-Length: ").unwrap().1;
        assert_eq!(length, body.len().to_string());
    }

    #[tokio::test]
    async fn one_address_has_so_many_seats_and_gets_them_back() {
        let seats = Arc::new(Seats {
            all: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            by_address: Mutex::default(),
        });
        let take = |peer: &str| {
            let permit = Arc::clone(&seats.all).try_acquire_owned().unwrap();
            seats.take(peer.parse().unwrap(), permit)
        };
        let mut taken: Vec<Seat> = (0..CONNECTIONS_PER_ADDRESS_MAX)
            .map(|_| take("192.0.2.7:5000").unwrap())
            .collect();
        assert!(take("192.0.2.7:5001").is_none());
        assert!(take("192.0.2.8:5001").is_some());
        assert!(take("127.0.0.1:5001").is_some());
        taken.pop();
        assert!(take("192.0.2.7:5001").is_some());
        taken.clear();
        assert!(seats.by_address.lock().unwrap().is_empty());
        assert_eq!(seats.all.available_permits(), CONNECTIONS_MAX);
    }
}
