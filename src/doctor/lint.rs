//! What checks of kratos.yml look at: its keys with Kratos's own ways of writing values, and our
//! configuration beside it.

use super::finding::Finding;
use crate::config::{Config, Document};
use std::time::Duration;

/// A kratos.yml, and the postrider.yml that it belongs to, if that could be read.
pub(super) struct Lint<'a> {
    pub(super) kratos: &'a Document,
    pub(super) config: Option<&'a Config>,
}

/// A check of kratos.yml.
pub(super) type Run = fn(&Lint<'_>) -> Vec<Finding>;

impl Lint<'_> {
    /// A text or a number as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let value = self.kratos.get(key)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// Whether something stands there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.kratos.get(key).is_some()
    }

    /// A switch; `default` is Kratos's own.
    pub(super) fn is_on(&self, key: &str, default: bool) -> bool {
        self.text(key).map_or(default, |text| text == "true")
    }

    /// A stretch of time as Go writes it; `default` is Kratos's own. None if it is written wrongly.
    pub(super) fn span(&self, key: &str, default: Duration) -> Option<Duration> {
        self.text(key).map_or(Some(default), |text| go_duration(&text))
    }

    /// How many items a list has.
    pub(super) fn items(&self, key: &str) -> usize {
        self.kratos.get(key).and_then(|list| Some(list.as_array()?.len())).unwrap_or(0)
    }

    /// The source that Kratos posts as, by the path of its URL.
    pub(super) fn source(&self) -> Option<String> {
        let url = url::Url::parse(&self.text("courier.http.request_config.url")?).ok()?;
        source_of(url.path())
    }
}

/// The source behind a path of ours.
pub(super) fn source_of(path: &str) -> Option<String> {
    match path.split_once("/courier")?.1 {
        "" => Some("default".to_owned()),
        rest => rest.strip_prefix('/').filter(|id| !id.is_empty() && !id.contains('/')).map(str::to_owned),
    }
}

/// `1h30m`, `500ms`; Kratos's schema takes whole numbers only.
fn go_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut sum) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let number = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = rest.split_at_checked(number)?;
        let unit = behind.bytes().take_while(|b| !b.is_ascii_digit()).count();
        let (unit, behind) = behind.split_at_checked(unit)?;
        let nanos: u64 = match unit {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        sum += Duration::from_nanos(digits.parse::<u64>().ok()?.checked_mul(nanos)?);
        rest = behind;
    }
    (!text.is_empty()).then_some(sum)
}

/// The findings of a check about a text, as `verdict subject` each.
#[cfg(test)]
pub(super) fn said(run: Run, kratos: &str) -> Vec<String> {
    said_beside(run, kratos, "")
}

/// The same, with these lines laid over the least postrider.yml.
#[cfg(test)]
pub(super) fn said_beside(run: Run, kratos: &str, more: &str) -> Vec<String> {
    let kratos = Document::parse(kratos, "kratos.yml").unwrap();
    let config = super::testing::config(more);
    let findings = run(&Lint { kratos: &kratos, config: Some(&config) });
    for finding in &findings {
        assert!(!format!("{finding:?}").contains(super::testing::SECRET), "{finding:?}");
    }
    findings.iter().map(|finding| format!("{} {}", finding.verdict, finding.subject)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_time_are_read_as_kratos_s_schema_has_them() {
        for (text, millis) in [("1s", 1000), ("1h30m", 5_400_000), ("500ms", 500), ("1000us", 1)] {
            assert_eq!(go_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "1", "1.5h", "h", "1d", "-1s", "1 s"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_source_stands_behind_the_courier_s_path() {
        assert_eq!(source_of("/courier").as_deref(), Some("default"));
        assert_eq!(source_of("/mail/courier/eu").as_deref(), Some("eu"));
        assert_eq!(source_of("/courier/"), None);
        assert_eq!(source_of("/courier/a/b"), None);
        assert_eq!(source_of("/mail"), None);
    }
}
