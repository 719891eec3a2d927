//! The mail server's books after many kills: what came, how often, and which kill it was that made
//! a mail come twice.

use crate::fake_smtp::{FakeSmtp, Mail};
use crate::server::message_id;
use std::collections::{BTreeMap, BTreeSet};

/// Every mail that came, copies together, in the order in which they came.
pub(crate) struct Books(BTreeMap<String, Vec<Mail>>);

impl Books {
    pub(crate) fn of(smtp: &FakeSmtp) -> Self {
        let mut books: BTreeMap<String, Vec<Mail>> = BTreeMap::new();
        for mail in smtp.mails() {
            books.entry(message_id(&mail.text())).or_default().push(mail);
        }
        Self(books)
    }

    /// Which messages came.
    pub(crate) fn messages(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// To how many people mails came. Each post has a recipient of its own.
    pub(crate) fn recipients(&self) -> usize {
        let first = self.0.values().map(|copies| &copies[0].rcpt);
        first.collect::<BTreeSet<_>>().len()
    }

    /// How many came more often than once.
    pub(crate) fn doubled(&self) -> usize {
        self.0.values().map(|copies| copies.len() - 1).sum()
    }

    /// A message whose copies are not the same to the last byte.
    pub(crate) fn differing(&self) -> Option<&str> {
        let differs = |copies: &[Mail]| copies.iter().any(|copy| copy.data != copies[0].data);
        self.0.iter().find(|(_, copies)| differs(copies)).map(|(id, _)| id.as_str())
    }

    /// How many mails each kill made come again, when at the kills the mail server had seen so many
    /// connections. A mail that came twice without a kill in between is an error.
    pub(crate) fn doubled_by_kill(&self, kills: &[usize]) -> Result<Vec<usize>, String> {
        let life = |mail: &Mail| kills.partition_point(|seen| *seen < mail.connection);
        let mut doubled = vec![0; kills.len()];
        for (id, copies) in &self.0 {
            for pair in copies.windows(2) {
                let (first, second) = (life(&pair[0]), life(&pair[1]));
                if first >= second {
                    return Err(format!("{id} came twice from the process before kill {second}"));
                }
                doubled[first] += 1;
            }
        }
        Ok(doubled)
    }
}
