//! The log's records as bytes: one line each, `<CRC-32 as eight hex digits> <JSON>\n`.
//!
//! A line is written whole and then flushed to the disk. What a crash leaves half written is the last line
//! without its end; it was never flushed, so nothing that followed from it has happened, and it is dropped.
//! Anything else that does not read is damage, and is told as such.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Code, Millis, command::LeaseView, office::SlipState};

/// A line is at most this long: the leases of a hundred services with two hundred numbers each.
pub(crate) const RECORD_BYTES_MAX: usize = 1 << 20;
/// A log is cut down long before; more than this is no log of a kiosk.
pub(crate) const LOG_BYTES_MAX: u64 = 32 << 20;

/// Something that happened to the numbers that this kiosk has at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Record {
    /// The hub told all leases; they replace those told before.
    Leases {
        /// The kiosk's clock.
        at: Millis,
        /// The hub's clock at the same moment.
        hub_at: Millis,
        /// The numbers.
        leases: Vec<LeaseView>,
    },
    /// A number is burnt; what follows is the paper.
    Issued(Issued),
    /// A slip goes to the printer next: from here on it may be on paper.
    Sent {
        /// The printing: a fresh one for each paper; an order's id for what staff have printed.
        #[serde(with = "id")]
        print: Uuid,
        /// Whose slip, as the hub names it.
        ticket: String,
        /// Staff ordered it; its end is told with the order's id.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        order: bool,
        /// It carries 再発行.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reissued: bool,
        /// It is the office's copy and carries 控え.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        copy: bool,
        /// The kiosk's clock.
        at: Millis,
    },
    /// What is known of a slip that was sent; `pending` where nothing ever will be.
    Came {
        /// Which printing.
        #[serde(with = "id")]
        print: Uuid,
        /// What.
        slip: SlipState,
    },
    /// The hub knows this of a slip that was sent.
    CameTold {
        /// Which printing.
        #[serde(with = "id")]
        print: Uuid,
        /// What was told.
        slip: SlipState,
    },
    /// The hub has the ticket, and knows this of its paper.
    Acknowledged {
        /// Which.
        #[serde(with = "id")]
        ticket: Uuid,
        /// What was told of the paper.
        slip: SlipState,
    },
    /// So many slips came from the roll of paper that is in the printer.
    Roll {
        /// How many; 0 when it was put in.
        slips: u32,
    },
    /// The hub refused the ticket for good.
    Refused {
        /// Which.
        #[serde(with = "id")]
        ticket: Uuid,
        /// Why.
        code: Code,
    },
    /// The log before this one was damaged: which numbers stand on paper is not certain for any day
    /// that had begun by now.
    Damaged {
        /// The kiosk's clock.
        at: Millis,
    },
}

/// A ticket issued from a lease. Nothing of it tells who the citizen is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issued {
    /// Its identity, made here (UUIDv7).
    #[serde(with = "id")]
    pub(crate) ticket: Uuid,
    /// The number on the paper.
    pub(crate) number: String,
    /// The business day of the lease.
    pub(crate) day: String,
    /// For what.
    pub(crate) service: String,
    /// The services after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) then: Vec<String>,
    /// The citizen's language.
    pub(crate) language: String,
    /// Considerate priority was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) considerate: bool,
    /// The booking's number that could not be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) booking: Option<String>,
    /// When, by the hub's clock as far as this kiosk knows it.
    pub(crate) issued_at: Millis,
    /// The key under which the hub was asked for the same press before, without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "id_or_none")]
    pub(crate) replaces: Option<Uuid>,
}

/// A UUID as people write it.
mod id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        let text = String::deserialize(from)?;
        Uuid::try_parse(&text).map_err(D::Error::custom)
    }
}

/// The same where there may be none.
mod id_or_none {
    use serde::{Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Option<Uuid>, to: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => to.collect_str(id),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Uuid>, D::Error> {
        super::id::deserialize(from).map(Some)
    }
}

/// Why a log cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A line does not have the sum that stands before it.
    #[error("line {line} is damaged")]
    Line {
        /// From 1.
        line: usize,
    },
    /// A line holds what this program does not write.
    #[error("line {line} is no record of this program")]
    Unknown {
        /// From 1.
        line: usize,
    },
    /// The file is no log of a kiosk.
    #[error("the file is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
}

/// What a log holds.
pub(crate) struct Read {
    /// Every record that is whole, in order, also those after a damaged one.
    pub(crate) records: Vec<Record>,
    /// The first damage; absent where there is none.
    pub(crate) damage: Option<Damage>,
    /// Where the last line ended that was written to its end.
    pub(crate) end: usize,
}

/// A record as a line. Absent where it would be longer than the limit.
pub(crate) fn encode(record: &Record) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(record).ok()?;
    let mut line = sum_of(&json).into_bytes();
    line.push(b' ');
    line.extend_from_slice(&json);
    line.push(b'\n');
    (line.len() <= RECORD_BYTES_MAX).then_some(line)
}

/// Reads a log. Total: any bytes are read, and what is wrong with them is told.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let mut read = Read {
        records: Vec::new(),
        damage: None,
        end: 0,
    };
    for (index, line) in bytes.split_inclusive(|it| *it == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else {
            // Torn: the crash came before the flush.
            break;
        };
        read.end += line.len() + 1;
        match decode(line, index + 1) {
            Ok(record) => read.records.push(record),
            Err(damage) => read.damage = read.damage.or(Some(damage)),
        }
    }
    read
}

fn decode(line: &[u8], number: usize) -> Result<Record, Damage> {
    let damaged = || Damage::Line { line: number };
    let (sum, rest) = line.split_at_checked(8).ok_or_else(damaged)?;
    let json = rest.strip_prefix(b" ").ok_or_else(damaged)?;
    if line.len() >= RECORD_BYTES_MAX || sum != sum_of(json).as_bytes() {
        return Err(damaged());
    }
    serde_json::from_slice(json).map_err(|_| Damage::Unknown { line: number })
}

/// The sum as it stands in the log.
fn sum_of(json: &[u8]) -> String {
    format!("{:08x}", crc32(json))
}

/// CRC-32 as of ISO-HDLC (IEEE 802.3): reflected, polynomial 0x04C11DB7, first and last turned over.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = sum & 1;
            sum >>= 1;
            if carry == 1 {
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slip(print: u128) -> Record {
        Record::Came {
            print: Uuid::from_u128(print),
            slip: SlipState::Printed,
        }
    }

    fn log(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(|it| encode(it).unwrap()).collect()
    }

    #[test]
    fn the_sum_is_the_one_that_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn a_torn_last_record_is_dropped_wherever_it_was_torn() {
        let bytes = log(&[slip(1), slip(2), slip(3)]);
        let length = bytes.len() / 3;
        for cut in 0..=bytes.len() {
            let read = read(&bytes[..cut]);
            assert_eq!(read.damage, None, "{cut}");
            assert_eq!(read.records.len(), cut / length, "{cut}");
            assert_eq!(read.end, cut / length * length, "{cut}");
        }
    }

    #[test]
    fn damage_before_the_end_is_told_with_its_line_and_what_is_whole_is_kept() {
        let bytes = log(&[slip(1), slip(2), slip(3)]);
        let length = bytes.len() / 3;
        for (at, with, expected) in [
            (length + 20, b'#', Damage::Line { line: 2 }),
            (length + 2, b'x', Damage::Line { line: 2 }),
            (length + 8, b'-', Damage::Line { line: 2 }),
        ] {
            let mut broken = bytes.clone();
            broken[at] = with;
            let read = read(&broken);
            assert_eq!(read.damage, Some(expected));
            assert_eq!(read.records, [slip(1), slip(3)]);
        }
        let unknown = b"{\"kind\":\"new\"}";
        let mut newer = format!("{:08x} ", crc32(unknown)).into_bytes();
        newer.extend_from_slice(unknown);
        newer.push(b'\n');
        assert_eq!(read(&newer).damage, Some(Damage::Unknown { line: 1 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let read = read(&bytes);
            prop_assert!(read.end <= bytes.len());
            prop_assert!(read.records.is_empty());
        }

        #[test]
        fn one_changed_byte_never_changes_a_record(at in 0usize..200, to in any::<u8>()) {
            let records = [slip(1), slip(2), slip(3)];
            let mut bytes = log(&records);
            let at = at % bytes.len();
            let changed = bytes[at] != to;
            bytes[at] = to;
            let read = read(&bytes);
            prop_assert!(read.records.iter().all(|it| records.contains(it)));
            prop_assert!(!changed || read.records.len() < 3);
        }
    }
}
