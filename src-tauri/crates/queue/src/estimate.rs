//! How long somebody will wait: the merged order, played forward over the counters that really call.

/// Minutes within which a call is expected. Both ends finite, `from <= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bracket {
    /// Minutes at least.
    pub from_min: u16,
    /// Minutes at most.
    pub to_min: u16,
}
