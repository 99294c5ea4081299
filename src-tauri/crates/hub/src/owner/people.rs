//! The names that staff see of each other.

use std::collections::BTreeMap;

use queue::Name;
use store::{Reader, StoreError};

/// Accounts' names to show. An account that is gone shows its own name.
#[derive(Debug, Default)]
pub(crate) struct People {
    shown: BTreeMap<Name, String>,
}

impl People {
    /// Everybody who has an account.
    pub(super) fn read(reader: &Reader) -> Result<Self, StoreError> {
        let accounts = reader.accounts()?.into_iter();
        Ok(Self {
            shown: accounts
                .map(|account| (account.name, account.display))
                .collect(),
        })
    }

    /// The name to show.
    pub(crate) fn shown<'a>(&'a self, account: &'a Name) -> &'a str {
        self.shown
            .get(account)
            .map_or(account.as_str(), String::as_str)
    }
}
