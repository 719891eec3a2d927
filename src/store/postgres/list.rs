//! Many messages: listed and counted.

use super::Postgres;
use super::conditions::Conditions;
use super::fault::Fault;
use super::rows::{limit, message, message_columns, word};
use crate::domain::{Channel, Lane, Reason, Status};
use crate::store::{Filter, LaneDepth, Page, StoreError};

/// The longest page.
const MOST: usize = 1000;

/// Two halves, since each has a partial index of its own.
pub(super) const DEPTH: &str = "SELECT lane, status, count(*), min(created_at) FROM messages
        WHERE status = 'queued' GROUP BY lane, status
    UNION ALL
    SELECT lane, status, count(*), min(created_at) FROM messages
        WHERE status = 'processing' GROUP BY lane, status";

impl Postgres {
    /// See [`crate::store::Store::list`].
    pub(crate) async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        let mut asked = Conditions::new(concat!("SELECT ", message_columns!(), " FROM messages"));
        // the abandoned have an index of their own, which the planner finds by the literal only
        let abandoned = filter.status == Some(Status::Abandoned);
        if abandoned {
            asked.always(" AND status = 'abandoned'");
        }
        asked.only(" AND status = ?", filter.status.filter(|_| !abandoned).map(Status::as_str));
        asked.only(" AND recipient_hash = ?", filter.recipient_hash.map(|hash| hash.to_vec()));
        asked.only(" AND template_type = ?", filter.template_type);
        asked.only(" AND reason = ?", filter.reason.map(Reason::as_str));
        asked.only(" AND source = ?", filter.source);
        asked.only(" AND channel = ?", filter.channel.map(Channel::as_str));
        asked.only(" AND created_at >= ?", filter.since);
        asked.only(" AND id < ?", filter.before.map(|id| id.0));
        let most = filter.limit.min(MOST);
        asked.only(" ORDER BY id DESC LIMIT ?", Some(limit(most.saturating_add(1))));
        let rows = self.link().read(asked.sql(), &asked.values()).await?;
        let mut messages = rows.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        let more = messages.len() > most;
        messages.truncate(most);
        Ok(Page { messages, more })
    }

    /// See [`crate::store::Store::depth`].
    pub(crate) async fn depth(&self) -> Result<Vec<LaneDepth>, StoreError> {
        let rows = self.link().read(DEPTH, &[]).await?;
        let depths = rows.iter().map(|row| {
            let (lane, status) = (word(row, 0, Lane::parse)?, word(row, 1, Status::parse)?);
            let count = u64::try_from(row.try_get::<_, i64>(2)?).unwrap_or_default();
            Ok(LaneDepth { lane, status, count, oldest: row.try_get(3)? })
        });
        let mut depths = depths.collect::<Result<Vec<_>, Fault>>()?;
        depths.sort_by_key(|depth| (depth.lane, depth.status));
        Ok(depths)
    }
}
