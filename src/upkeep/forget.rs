//! Forgetting a person: messages, contents, recoveries and limits under the hash of an address; devices
//! of the identities that it leads to; and what names the person in the audit log, whose lines stay.

use super::Upkeep;
use crate::domain::{AuditId, MessageId, Secret};
use crate::handover::CalledBack;
use crate::seal::{Purpose, SealError};
use crate::store::{Forgotten, NewAudit, Resealed, SealedKind, StoreError};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Whom to forget.
pub struct Person {
    /// The address, or number.
    pub recipient: Secret<String>,
    /// Kratos's id of the identity, where it is known.
    pub identity_id: Option<String>,
    /// The sources in which it may be one.
    pub sources: Vec<String>,
}

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Messages with all that was theirs.
    pub messages: u64,
    /// Of them those that may have arrived meanwhile, or may still: another node had them in hand, or their
    /// body had begun. Of those that came into this node's hands while they were forgotten, one more may be
    /// counted, and none less.
    pub in_hand: u64,
    /// Recoveries.
    pub recoveries: u64,
    /// Devices, networks and ways to log in.
    pub seen: u64,
    /// Lines of the audit log that named the person.
    pub audit_lines: u64,
}

/// What may name the person whom a line is about. Who acted and from where stays.
const NAMES: [&str; 2] = ["identifier", "reason"];

impl Upkeep {
    /// Forgets everything about a person, but for a suppression of the address. The line tells that it
    /// was done, and must not tell about whom. If this fails, do it again.
    pub async fn forget(&self, person: &Person, by: NewAudit) -> Result<Erased, StoreError> {
        let store = &self.secrets.store;
        let recipient = self.recipient_hash(person.recipient.expose());
        let trace = store.trace(recipient, person.identity_id.clone()).await?;
        let given = person.identity_id.iter().flat_map(|id| person.sources.iter().map(move |source| (source, id)));
        let found = trace.identities.iter().map(|(source, id)| (source, id));
        let hashes: BTreeSet<_> = given.chain(found).map(|(source, id)| self.identity_hash(source, id)).collect();
        // messages last: they lead to all the rest, should this be cut short
        let mut lines = Vec::new();
        for (line, old) in trace.lines {
            if let Some(new) = self.without_names(line, &old) {
                lines.push(Resealed { row: line.0.as_bytes().to_vec(), old, new });
            }
        }
        let audit_lines = if lines.is_empty() { 0 } else { store.reseal(SealedKind::Audit, lines).await? };
        let seen = store.forget_seen_of(hashes.into_iter().collect()).await?;
        // Before they are gone, so that what is in hand has begun or does not begin.
        let in_hand = trace.in_hand.into_iter();
        let mut called_back: BTreeMap<_, _> =
            in_hand.filter_map(|message| Some((message, self.call_back(message)?))).collect();
        let Forgotten { messages, in_hand, recoveries } = store.forget_recipient(recipient, by).await?;
        let may_arrive = in_hand.into_iter().filter(|(message, node)| {
            let stopped = called_back.remove(message).or_else(|| self.call_back_now(*message)).map(CalledBack::keep);
            *node != self.node || stopped.is_none()
        });
        let in_hand = u64::try_from(may_arrive.count()).unwrap_or(u64::MAX);
        // What went out of hand before it was forgotten: sent, or queued and gone.
        called_back.into_values().for_each(CalledBack::keep);
        Ok(Erased { messages, in_hand, recoveries, seen, audit_lines })
    }

    fn call_back(&self, message: MessageId) -> Option<CalledBack> {
        let store = self.secrets.store.clone();
        self.hand.call_back(message, async move { store.is_live_after_all(message).await })
    }

    /// One that this node claimed meanwhile. If it is out of its hands again, nobody knows whether it was sent.
    fn call_back_now(&self, message: MessageId) -> Option<CalledBack> {
        let called_back = self.call_back(message)?;
        if self.hand.holds(message) {
            return Some(called_back);
        }
        called_back.keep();
        None
    }

    /// The sealed part of a line without names; none if there were none. One that cannot be opened,
    /// or read, is emptied.
    fn without_names(&self, line: AuditId, sealed: &[u8]) -> Option<Vec<u8>> {
        let id = line.0.as_bytes();
        let opened = self.secrets.sealer.open(Purpose::Audit, id, sealed).ok();
        let details = opened.and_then(|plain| serde_json::from_slice::<Map<String, Value>>(plain.expose()).ok());
        let details = match details {
            Some(mut details) => {
                let before = details.len();
                details.retain(|name, _| !NAMES.contains(&name.as_str()));
                (details.len() < before).then_some(details)?
            }
            None => Map::new(),
        };
        let plain = Secret::new(Value::Object(details).to_string().into_bytes());
        let anew: Result<_, SealError> = self.secrets.sealer.seal(Purpose::Audit, id, plain.expose());
        anew.map_err(|error| tracing::error!(%error, "the details of an audit line cannot be sealed")).ok()
    }
}
