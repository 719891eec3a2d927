//! A list of messages, newest first, in words that both databases understand. It never reads the whole
//! table: what no index narrows is walked in steps of so many rows, for a second at most, and the page
//! then says where the next one goes on. So a list needs no index that every post would pay for.

use super::columns::message_columns;
use super::{Filter, Page};
use crate::domain::{Channel, Message, MessageId, Reason, Status};
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// The longest page.
const MOST: usize = 1000;
/// Rows of one step.
const STEP: usize = 20_000;
/// How long steps are added to a page.
const PATIENCE: Duration = Duration::from_secs(1);

/// A value of a statement.
pub(super) enum Value {
    Id(Uuid),
    Bytes(Vec<u8>),
    Text(String),
    Time(Timestamp),
    Number(i64),
}

/// A statement whose parameters are numbered.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// A page in the making.
pub(super) struct Walk {
    filter: Filter,
    /// Before the number of a parameter.
    mark: char,
    begun: Instant,
    /// Whether all live messages of the status are few enough for one step, in no order.
    is_few: bool,
    messages: Vec<Message>,
}

impl Walk {
    /// Begins; `mark` stands before the number of a parameter.
    pub(super) fn new(filter: Filter, mark: char) -> Self {
        let filter = Filter { limit: filter.limit.min(MOST), ..filter };
        Self { filter, mark, begun: Instant::now(), is_few: false, messages: Vec::new() }
    }

    /// For live messages, which have no index in the order of the list: gives a row if they are too many
    /// to be sorted, for [`Walk::counted`].
    pub(super) fn census(&self) -> Option<String> {
        let status = self.filter.status.filter(|status| matches!(status, Status::Queued | Status::Processing))?;
        let is_narrow = self.filter.recipient_hash.is_some() || self.filter.reason.is_some();
        (!is_narrow).then(|| format!("SELECT 1 FROM messages WHERE {} LIMIT 1 OFFSET {STEP}", is(status)))
    }

    /// Whether they are too many.
    pub(super) fn counted(&mut self, too_many: bool) {
        self.is_few = !too_many;
    }

    /// The next rows of the page: from one step of those that an index gives, whatever fits.
    pub(super) fn step(&self) -> Statement {
        let mut asked = Statement { sql: String::new(), values: Vec::new() };
        asked.sql.push_str(concat!("SELECT ", message_columns!(), " FROM ("));
        self.write_step(&mut asked, "*");
        asked.sql.push_str(") AS step WHERE TRUE");
        let filter = &self.filter;
        let mut only = |condition, value| asked.only(self.mark, condition, value);
        let text = |word: &str| Value::Text(word.to_owned());
        only(" AND status = ?", filter.status.map(|status| text(status.as_str())));
        only(" AND template_type = ?", filter.template_type.as_deref().map(text));
        only(" AND reason = ?", filter.reason.map(Reason::as_str).map(text));
        only(" AND source = ?", filter.source.as_deref().map(text));
        only(" AND channel = ?", filter.channel.map(Channel::as_str).map(text));
        only(" AND created_at >= ?", filter.since.map(Value::Time));
        if self.is_few {
            self.write_bounds(&mut asked);
        }
        // a step comes in its order, and SQLite would read all of it to sort it again
        if self.is_few || self.mark == '$' {
            asked.sql.push_str(" ORDER BY id DESC");
        }
        let left = filter.limit.saturating_add(1).saturating_sub(self.messages.len());
        asked.only(self.mark, " LIMIT ?", Some(Value::Number(i64::try_from(left).unwrap_or(i64::MAX))));
        asked
    }

    /// What a step gave; a page if that is all there is room for.
    pub(super) fn found(&mut self, messages: Vec<Message>) -> Option<Page> {
        self.messages.extend(messages);
        let is_more = self.messages.len() > self.filter.limit;
        self.messages.truncate(self.filter.limit);
        let next = self.messages.last().filter(|_| is_more).map(|last| last.id);
        (is_more || self.is_few).then(|| self.page(next))
    }

    /// The last row of the step, if there was a whole one.
    pub(super) fn end(&self) -> Statement {
        let mut asked = Statement { sql: String::from("SELECT id FROM ("), values: Vec::new() };
        self.write_step(&mut asked, "id");
        asked.add(format_args!(") AS step LIMIT 1 OFFSET {}", STEP - 1));
        asked
    }

    /// Where the step ended; a page if the time is over, or all was seen.
    pub(super) fn ended(&mut self, at: Option<Uuid>) -> Option<Page> {
        let at = at.map(MessageId);
        self.filter.before = at;
        (at.is_none() || self.begun.elapsed() >= PATIENCE).then(|| self.page(at))
    }

    fn page(&mut self, next: Option<MessageId>) -> Page {
        Page { messages: std::mem::take(&mut self.messages), next }
    }

    /// The rows of a step. The limit keeps it a query of its own, which its index answers in order.
    fn write_step(&self, asked: &mut Statement, columns: &str) {
        asked.add(format_args!("SELECT {columns} FROM messages WHERE "));
        let Filter { status, recipient_hash, template_type, reason, .. } = &self.filter;
        if let Some(hash) = recipient_hash {
            asked.sql.push_str("TRUE");
            asked.only(self.mark, " AND recipient_hash = ?", Some(Value::Bytes(hash.to_vec())));
            asked.only(self.mark, " AND template_type = ?", template_type.clone().map(Value::Text));
        } else if reason.is_some() || *status == Some(Status::Abandoned) {
            // planners find an index of some rows by the literal only
            asked.sql.push_str(is(Status::Abandoned));
        } else if let (true, Some(status)) = (self.is_few, status) {
            asked.add(format_args!("{} LIMIT {STEP}", is(*status)));
            return;
        } else {
            asked.sql.push_str("TRUE");
        }
        self.write_bounds(asked);
        asked.add(format_args!(" ORDER BY id DESC LIMIT {STEP}"));
    }

    /// Ids carry the time of acceptance.
    fn write_bounds(&self, asked: &mut Statement) {
        let since = self.filter.since.map(|since| Value::Id(MessageId::first_of(since).0));
        asked.only(self.mark, " AND id >= ?", since);
        asked.only(self.mark, " AND id < ?", self.filter.before.map(|before| Value::Id(before.0)));
    }
}

impl Statement {
    fn add(&mut self, words: std::fmt::Arguments<'_>) {
        self.sql.push_str(&words.to_string());
    }

    /// Adds a condition with its value in the place of `?`, if there is one.
    fn only(&mut self, mark: char, condition: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push(value);
            self.sql.push_str(&condition.replace('?', &format!("{mark}{}", self.values.len())));
        }
    }
}

const fn is(status: Status) -> &'static str {
    match status {
        Status::Queued => "status = 'queued'",
        Status::Processing => "status = 'processing'",
        Status::Sent => "status = 'sent'",
        Status::Abandoned => "status = 'abandoned'",
    }
}
