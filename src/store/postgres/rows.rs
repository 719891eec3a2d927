//! Between rows and the words of the domain.

use super::fault::Fault;
use crate::domain::{Channel, Dispatch, Lane, Message, MessageId, Reason, Status};
use std::borrow::Cow;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Json};

pub(super) use crate::store::columns::message_columns;

/// The message of a row that begins with `message_columns`.
pub(super) fn message(row: &Row) -> Result<Message, Fault> {
    let Json(dispatches): Json<Vec<Dispatch>> = row.try_get(20)?;
    Ok(Message {
        id: MessageId(row.try_get(0)?),
        source: row.try_get(1)?,
        channel: word(row, 2, Channel::parse)?,
        status: word(row, 3, Status::parse)?,
        reason: word_or_null(row, 4, Reason::parse)?,
        lane: word(row, 5, Lane::parse)?,
        template_type: row.try_get(6)?,
        locale: row.try_get(7)?,
        locale_reason: row.try_get(8)?,
        template_source: row.try_get(9)?,
        recipient_masked: row.try_get(10)?,
        recipient_hash: hash(row, 11)?,
        domain: row.try_get(12)?,
        provider: row.try_get(13)?,
        send_count: count(row, 14)?,
        attempts: count(row, 15)?,
        created_at: row.try_get(16)?,
        updated_at: row.try_get(17)?,
        due_at: row.try_get(18)?,
        expires_at: row.try_get(19)?,
        dispatches,
    })
}

/// The only column of the only row.
pub(super) fn only<T: for<'a> FromSql<'a>>(rows: &[Row]) -> Result<T, Fault> {
    let row = rows.first().ok_or(Fault::Foreign("an answer without a row"))?;
    Ok(row.try_get(0)?)
}

/// A word of a closed list.
pub(super) fn word<T>(row: &Row, index: usize, parse: fn(&str) -> Option<T>) -> Result<T, Fault> {
    parse(row.try_get(index)?).ok_or(Fault::Foreign("a word"))
}

/// A word of a closed list, if there is one.
pub(super) fn word_or_null<T>(row: &Row, index: usize, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    let text: Option<&str> = row.try_get(index)?;
    text.map(|text| parse(text).ok_or(Fault::Foreign("a word"))).transpose()
}

/// A hash.
pub(super) fn hash(row: &Row, index: usize) -> Result<[u8; 32], Fault> {
    let bytes: &[u8] = row.try_get(index)?;
    bytes.try_into().map_err(|_length| Fault::Foreign("a hash"))
}

/// A number of tries.
pub(super) fn count(row: &Row, index: usize) -> Result<u32, Fault> {
    u32::try_from(row.try_get::<_, i32>(index)?).map_err(|_negative| Fault::Foreign("a negative number"))
}

/// A number of tries, to be stored.
pub(super) fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A number of rows for LIMIT.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// How many rows there were.
pub(super) fn many(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// A text as Postgres can store it: without the one character that it has no place for.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
