//! The books of mail servers after many kills: what came, how often, and which kills it was that made
//! a mail come twice.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use crate::fake_smtp::{FakeSmtp, Mail};
use crate::server::message_id;
use std::collections::{BTreeMap, BTreeSet};

/// One arrival of a mail.
struct Copy {
    mail: Mail,
    /// Which server, and the how many-th process that posted to it.
    life: (usize, usize),
    was_killed: bool,
}

/// Every mail that came, copies together, of each server in the order in which they came.
pub struct Books(BTreeMap<String, Vec<Copy>>);

impl Books {
    /// Of each server, how many connections it had seen at the kills of the node that posts to it.
    pub fn of(servers: &[(&FakeSmtp, &[usize])]) -> Self {
        let mut books: BTreeMap<String, Vec<Copy>> = BTreeMap::new();
        for (server, (smtp, kills)) in servers.iter().enumerate() {
            for mail in smtp.mails() {
                let life = kills.partition_point(|seen| *seen < mail.connection);
                let copy = Copy { life: (server, life), was_killed: life < kills.len(), mail };
                books.entry(message_id(&copy.mail.text())).or_default().push(copy);
            }
        }
        Self(books)
    }

    /// Which messages came.
    pub fn messages(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// To how many people mails came. Each post has a recipient of its own.
    pub fn recipients(&self) -> usize {
        let first = self.0.values().map(|copies| &copies[0].mail.rcpt);
        first.collect::<BTreeSet<_>>().len()
    }

    /// How many came more often than once.
    pub fn doubled(&self) -> usize {
        self.0.values().map(|copies| copies.len() - 1).sum()
    }

    /// A message whose copies are not the same to the last byte.
    pub fn differing(&self) -> Option<&str> {
        let differs = |copies: &[Copy]| copies.iter().any(|copy| copy.mail.data != copies[0].mail.data);
        self.0.iter().find(|(_, copies)| differs(copies)).map(|(id, _)| id.as_str())
    }

    /// A message that came twice although no kill explains it: from one process, or from two that
    /// were not killed.
    pub fn unexplained(&self) -> Option<&str> {
        let has_no_cause = |copies: &[Copy]| {
            let lives: BTreeSet<_> = copies.iter().map(|copy| copy.life).collect();
            lives.len() < copies.len() || copies.iter().filter(|copy| !copy.was_killed).count() > 1
        };
        self.0.iter().find(|(_, copies)| has_no_cause(copies)).map(|(id, _)| id.as_str())
    }

    /// The most mails that one kill made come again, where one process follows another.
    pub fn most_doubled_by_one_kill(&self) -> usize {
        let mut doubled: BTreeMap<_, usize> = BTreeMap::new();
        for copy in self.0.values().filter_map(|copies| copies.split_last()).flat_map(|(_, before)| before) {
            *doubled.entry(copy.life).or_default() += 1;
        }
        doubled.into_values().max().unwrap_or_default()
    }
}
