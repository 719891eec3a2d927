//! The conditions of a list: only those that were asked for.

use tokio_postgres::types::ToSql;

/// A statement that grows by conditions, with their values.
pub(super) struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql + Send + Sync>>,
}

impl Conditions {
    pub(super) fn new(select: &str) -> Self {
        Self { sql: format!("{select} WHERE TRUE"), values: Vec::new() }
    }

    /// Adds words that need no value.
    pub(super) fn always(&mut self, condition: &str) {
        self.sql.push_str(condition);
    }

    /// Adds a condition with its value in the place of `?`, if there is one.
    pub(super) fn only(&mut self, condition: &str, value: Option<impl ToSql + Send + Sync + 'static>) {
        if let Some(value) = value {
            self.values.push(Box::new(value));
            self.sql.push_str(&condition.replace('?', &format!("${}", self.values.len())));
        }
    }

    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| -> &(dyn ToSql + Sync) { &**value }).collect()
    }
}
