//! A stretch of time as people write it: `5s`, `1h30m`, `250ms`, `30d`.

use std::time::Duration;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(Duration);

/// Why a text is no [`Span`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// Not numbers with units.
    #[error("expected a stretch of time with its unit, such as 250ms, 5s, 1h30m or 30d")]
    Shape,
    /// Beyond a hundred years.
    #[error("expected a stretch of time below a hundred years")]
    Length,
}

impl Span {
    const LONGEST: u64 = 100 * 365 * 86_400_000;

    /// Wraps a duration.
    pub const fn new(duration: Duration) -> Self {
        Self(duration)
    }

    /// The duration.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// Parses numbers with units, largest first or not: `1h30m`.
    pub fn parse(text: &str) -> Result<Self, SpanError> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(SpanError::Shape);
        }
        let mut millis = 0_u64;
        while !rest.is_empty() {
            let (number, behind) = split_off(rest, |c| c.is_ascii_digit());
            let (unit, behind) = split_off(behind, |c| c.is_ascii_alphabetic());
            let factor = match unit {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return Err(SpanError::Shape),
            };
            if number.is_empty() {
                return Err(SpanError::Shape);
            }
            let number: u64 = number.parse().map_err(|_too_long| SpanError::Length)?;
            let part = number.checked_mul(factor).ok_or(SpanError::Length)?;
            millis = millis.checked_add(part).filter(|sum| *sum <= Self::LONGEST).ok_or(SpanError::Length)?;
            rest = behind;
        }
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// Splits behind the longest run of characters that fit.
pub(super) fn split_off(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

super::parsed!(Span, { "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$" });
