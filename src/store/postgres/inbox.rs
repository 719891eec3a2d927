//! `inbox://`: the last mails, readable on purpose.

use super::Postgres;
use super::fault::Fault;
use super::rows::limit;
use super::session::Transaction;
use crate::domain::MessageId;
use crate::store::{InboxMail, InboxSummary, StoreError};

const PUT: &str = "INSERT INTO inbox (message_id, received_at, raw)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bytea[])
    ON CONFLICT (message_id) DO UPDATE SET received_at = excluded.received_at, raw = excluded.raw";
/// One at a time counts what is there.
const ALONE: &str = "LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE";
/// The last 500 are kept.
const FORGET: &str = "DELETE FROM inbox WHERE seq <= (SELECT seq FROM inbox ORDER BY seq DESC LIMIT 1 OFFSET 500)";

impl Postgres {
    /// See [`crate::store::Store::inbox_list`].
    pub(crate) async fn inbox_list(&self, most: usize) -> Result<Vec<InboxSummary>, StoreError> {
        // of each mail its header
        let sql = "SELECT message_id, received_at, length(raw), substr(raw, 1, 4096) FROM inbox
            ORDER BY seq DESC LIMIT $1";
        let rows = self.link().read(sql, &[&limit(most)]).await?;
        let summaries = rows.iter().map(|row| {
            let size = u64::try_from(row.try_get::<_, i32>(2)?).unwrap_or_default();
            let (id, received_at) = (MessageId(row.try_get(0)?), row.try_get(1)?);
            Ok(InboxSummary { id, received_at, size, head: row.try_get(3)? })
        });
        Ok(summaries.collect::<Result<_, Fault>>()?)
    }

    /// See [`crate::store::Store::inbox_get`].
    pub(crate) async fn inbox_get(&self, message: MessageId) -> Result<Option<InboxMail>, StoreError> {
        let sql = "SELECT received_at, raw FROM inbox WHERE message_id = $1";
        let rows = self.link().read(sql, &[&message.0]).await?;
        let mail = |row: &tokio_postgres::Row| {
            Ok::<_, Fault>(InboxMail { id: message, received_at: row.try_get(0)?, raw: row.try_get(1)? })
        };
        Ok(rows.first().map(mail).transpose()?)
    }
}

/// Puts mails in, in the commit that settles their messages; the oldest fall out.
pub(super) async fn put(transaction: &Transaction, mails: &[&InboxMail]) -> Result<(), Fault> {
    let ids: Vec<_> = mails.iter().map(|mail| mail.id.0).collect();
    let times: Vec<_> = mails.iter().map(|mail| mail.received_at).collect();
    let raw: Vec<&[u8]> = mails.iter().map(|mail| mail.raw.as_slice()).collect();
    transaction.query(ALONE, &[]).await?;
    transaction.query(PUT, &[&ids, &times, &raw]).await?;
    transaction.query(FORGET, &[]).await.map(|_rows| ())
}
