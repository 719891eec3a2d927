//! Two that tell of one thing: whoever comes second is a duplicate. Nodes that hear both at the same
//! moment decide one after the other.

use super::fault::Fault;
use super::idempotency::Key;
use super::limits::ALONE;
use super::session::Transaction;
use crate::domain::MessageId;
use crate::store::{NewMessage, Twin};
use jiff::Timestamp;
use std::collections::HashMap;

const MEET: &str = "DELETE FROM idempotency WHERE source = $1 AND key = $2 AND expires_at > $3 RETURNING message_id";
const MEAN: &str = "UPDATE idempotency SET message_id = $3 WHERE source = $1 AND key = $2";
const TELL: &str = "INSERT INTO idempotency (source, key, message_id, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (source, key) DO UPDATE SET message_id = excluded.message_id, expires_at = excluded.expires_at";

/// What two tellings of one thing have in common.
pub(super) fn mark(new: &NewMessage) -> Option<Vec<u8>> {
    let twin = new.twin?;
    Some([b"t".as_slice(), new.message.source.as_bytes(), &[0], &twin.common()].concat())
}

/// Of the messages whose key is new, those of which the other one told: they mean that message.
pub(super) async fn meet(
    transaction: &Transaction,
    news: &[&NewMessage],
    now: Timestamp,
    keys: &mut HashMap<MessageId, Key>,
) -> Result<(), Fault> {
    let with: Vec<_> =
        with_twin(news.iter().copied()).filter(|(new, _)| keys.get(&new.message.id) == Some(&Key::New)).collect();
    if with.is_empty() {
        return Ok(());
    }
    let name = |(new, twin): &(&NewMessage, Twin)| format!("twin {} {:02x?}", new.message.source, twin.common());
    let mut names: Vec<_> = with.iter().map(name).collect();
    names.sort_unstable();
    transaction.query(ALONE, &[&names]).await?;
    for (new, twin) in with {
        let source = new.message.source.as_str();
        let rows = transaction.query(MEET, &[&source, &twin.other.as_slice(), &now]).await?;
        if let Some(row) = rows.first() {
            let first: uuid::Uuid = row.try_get(0)?;
            transaction.query(MEAN, &[&source, &new.idempotency_key.as_slice(), &first]).await?;
            keys.insert(new.message.id, Key::Of(MessageId(first)));
        }
    }
    Ok(())
}

/// Lets the others know what these messages, which are stored, tell.
pub(super) async fn tell<'a>(
    transaction: &Transaction,
    stored: impl Iterator<Item = &'a NewMessage>,
) -> Result<(), Fault> {
    for (new, twin) in with_twin(stored) {
        let (source, id) = (new.message.source.as_str(), new.message.id.0);
        transaction.query(TELL, &[&source, &twin.own.as_slice(), &id, &new.idempotent_until]).await?;
    }
    Ok(())
}

fn with_twin<'a>(news: impl Iterator<Item = &'a NewMessage>) -> impl Iterator<Item = (&'a NewMessage, Twin)> {
    news.filter_map(|new| Some((new, new.twin?)))
}
