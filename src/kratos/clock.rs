//! Kratos's time, as its answers tell it.

use super::Kratos;
use super::error::KratosError;
use super::operation::Operation;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Method;

impl Kratos {
    /// The time on Kratos's machine, to the second; none if its answer has no `Date`.
    pub async fn time(&self) -> Result<Option<Timestamp>, KratosError> {
        let reply = self.send(self.ask(Operation::Ready, Method::GET, "/admin/health/ready")).await?;
        Ok(reply.date.as_deref().and_then(parsed))
    }
}

fn parsed(date: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_date_of_http_is_a_time() {
        assert_eq!(parsed("Tue, 24 Nov 2026 12:00:00 GMT").unwrap().to_string(), "2026-11-24T12:00:00Z");
        assert_eq!(parsed("yesterday"), None);
    }
}
