//! How often one address may ask without having a part in the office. Pure: `now` is an argument.
//!
//! Whoever has a part is never counted here, so nothing a stranger does slows a counter.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

use chrono::{DateTime, Utc};

/// Addresses remembered at once.
const ADDRESSES_MAX: usize = 4_096;

/// So many at once, and so many a minute after that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) burst: f64,
    pub(crate) per_minute: f64,
}

/// Token buckets (RFC 2697's idea), one for each address.
#[derive(Debug)]
pub(crate) struct Buckets {
    rate: Rate,
    by_address: HashMap<IpAddr, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: DateTime<Utc>,
}

impl Buckets {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            by_address: HashMap::new(),
        }
    }

    /// Takes one; with an empty bucket, the seconds until there is one again.
    pub(crate) fn take(&mut self, address: IpAddr, now: DateTime<Utc>) -> Result<(), u64> {
        let rate = self.rate;
        let network = network(address);
        if self.by_address.len() >= ADDRESSES_MAX && !self.by_address.contains_key(&network) {
            self.forget(now);
        }
        let bucket = self.by_address.entry(network).or_insert(Bucket {
            left: rate.burst,
            at: now,
        });
        bucket.left = rate.filled(bucket, now);
        // A clock that was set back fills nothing, and is where counting goes on.
        bucket.at = now;
        if bucket.left < 1.0 {
            let minutes = (1.0 - bucket.left) / rate.per_minute;
            return Err((minutes * 60.0).ceil().max(1.0) as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }

    /// Forgets whoever has a full bucket; of the others, whoever has the fullest.
    fn forget(&mut self, now: DateTime<Utc>) {
        let rate = self.rate;
        self.by_address
            .retain(|_, bucket| rate.filled(bucket, now) < rate.burst);
        if self.by_address.len() >= ADDRESSES_MAX
            && let Some(fullest) = self
                .by_address
                .iter()
                .max_by(|(_, a), (_, b)| rate.filled(a, now).total_cmp(&rate.filled(b, now)))
                .map(|(address, _)| *address)
        {
            self.by_address.remove(&fullest);
        }
    }
}

impl Rate {
    fn filled(self, bucket: &Bucket, now: DateTime<Utc>) -> f64 {
        let minutes = (now - bucket.at).num_milliseconds().max(0) as f64 / 60_000.0;
        (bucket.left + minutes * self.per_minute).min(self.burst)
    }
}

/// One subscriber's IPv6 network has 2⁶⁴ addresses; they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const RATE: Rate = Rate {
        burst: 3.0,
        per_minute: 2.0,
    };

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn an_address_may_ask_at_once_then_at_its_rate_and_is_told_when() {
        let mut buckets = Buckets::new(RATE);
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..3 {
            assert_eq!(buckets.take(address(1), start), Ok(()));
        }
        assert_eq!(buckets.take(address(1), start), Err(30));
        assert_eq!(buckets.take(address(2), start), Ok(()));
        let later = start + TimeDelta::seconds(30);
        assert_eq!(buckets.take(address(1), later), Ok(()));
        assert_eq!(buckets.take(address(1), later), Err(30));
        let much_later = start + TimeDelta::hours(1);
        for _ in 0..3 {
            assert_eq!(buckets.take(address(1), much_later), Ok(()));
        }
        assert!(buckets.take(address(1), much_later).is_err());
    }

    #[test]
    fn a_clock_that_went_back_gives_nothing_and_takes_nothing() {
        let mut buckets = Buckets::new(RATE);
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        assert_eq!(buckets.take(address(1), start), Ok(()));
        let before = start - TimeDelta::days(1);
        assert_eq!(buckets.take(address(1), before), Ok(()));
        assert_eq!(buckets.take(address(1), before), Ok(()));
        assert!(buckets.take(address(1), before).is_err());
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory_and_do_not_free_the_one_that_floods() {
        let mut buckets = Buckets::new(RATE);
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..3 {
            assert_eq!(buckets.take(address(0), start), Ok(()));
        }
        for n in 1..5_000 {
            assert_eq!(buckets.take(address(n), start), Ok(()));
        }
        assert!(buckets.by_address.len() <= ADDRESSES_MAX);
        assert!(buckets.take(address(0), start).is_err());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_bucket() {
        let mut buckets = Buckets::new(RATE);
        for n in 1..=4 {
            let address: IpAddr = format!("2001:db8::{n}").parse().unwrap();
            let taken = buckets.take(address, DateTime::UNIX_EPOCH);
            assert_eq!(taken.is_ok(), n <= 3);
        }
        let other: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        assert_eq!(buckets.take(other, DateTime::UNIX_EPOCH), Ok(()));
    }
}
