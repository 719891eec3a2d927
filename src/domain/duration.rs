//! Stretches of time as Ory's API writes them: Go's `15m`, `1h30m`, `1.5h`, `500ms`; and days.

use std::time::Duration;

/// No code lives longer than a hundred years.
const LONGEST: u128 = 100 * 365 * 86_400 * 1_000_000_000;

/// Parses numbers with units; none for anything else and for no time at all.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut nanos = 0_u128;
    while !rest.is_empty() {
        let (number, behind) = split_off(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, behind) = split_off(behind, |c| !c.is_ascii_digit() && c != '.');
        let factor: u128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || whole.len() > 20 || fraction.contains('.') {
            return None;
        }
        let mut part = if whole.is_empty() { 0 } else { whole.parse::<u128>().ok()?.checked_mul(factor)? };
        let mut place = factor;
        for digit in fraction.chars() {
            place = place.checked_div(10)?;
            part = part.checked_add(place.checked_mul(u128::from(digit.to_digit(10)?))?)?;
        }
        nanos = nanos.checked_add(part).filter(|sum| *sum <= LONGEST)?;
        rest = behind;
    }
    let seconds = u64::try_from(nanos.checked_div(1_000_000_000)?).ok()?;
    let below = u32::try_from(nanos.checked_rem(1_000_000_000)?).ok()?;
    Some(Duration::new(seconds, below)).filter(|time| !time.is_zero())
}

fn split_off(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at_checked(text.find(|c| !fits(c)).unwrap_or(text.len())).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_writes_is_read() {
        for (text, millis) in [
            ("15m", 900_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("500ms", 500),
            (".5s", 500),
            ("2.s", 2_000),
            ("7d", 604_800_000),
            ("1m0.25s", 60_250),
            ("1000µs", 1),
            ("876000h", 3_153_600_000_000),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "0s",
            "15",
            "m",
            "-1h",
            "1 h",
            "1.2.3s",
            ".s",
            "1w",
            "876001h",
            "99999999999999999999999h",
            "1h x",
            "١m",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
