//! What a template may print (`templates/README.md` tells its authors): cleaned, and without
//! anything that a stranger wrote where anybody can cause the mail.

use super::{Options, clean};
use crate::domain::CourierPayload;
use serde_json::{Map, Value, json};

/// Builds the context. `whole` adds the payload's own data, for templates of the operator's.
pub(super) fn build(payload: &CourierPayload, options: &Options, locale: &str, whole: bool) -> Value {
    let data = payload.data();
    let mut context = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            context.insert(name.to_owned(), value);
        }
    };
    let one_line = |text: &str| Value::from(clean::line(text));
    put("code", payload.code().map(one_line));
    put("link", payload.link().map(one_line));
    // Kratos cuts to whole minutes; the deadline is never less than one.
    let minutes = payload.expires_in_minutes().map(|minutes| minutes.max(1));
    put("expires_in_minutes", minutes.map(Value::from));
    put("expires_text", minutes.map(duration).map(Value::from));
    put("name", name(payload).map(Value::from));
    put("recipient", Some(one_line(payload.recipient.expose())));
    put("template_type", Some(payload.template_type.as_str().into()));
    put("channel", Some(payload.channel.as_str().into()));
    put("locale", Some(locale.into()));
    put("dir", Some(direction(locale).into()));
    put("code_in_subject", Some(options.code_in_subject.into()));
    put("brand", Some(brand(options)));
    for name in ["changed_at", "added_at"] {
        let at = data.get(name).and_then(Value::as_str);
        put(name, at.map(one_line));
        put(&format!("{name}_text"), at.map(|at| moment(&clean::line(at)).into()));
    }
    let domain = data.get("request_url_domain").and_then(Value::as_str).filter(|domain| is_domain(domain));
    put("request_url_domain", domain.map(Value::from));
    let stub = payload.template_type.as_str() == "stub";
    if whole || stub {
        let (subject, body) = (clean::subject(payload.subject.expose()), clean::value(payload.body.expose()));
        put("kratos", Some(json!({ "subject": subject, "body": body })));
    }
    if whole {
        put("data", Some(clean::json(Value::Object(data.clone()))));
    }
    Value::Object(context)
}

fn brand(options: &Options) -> Value {
    let brand = &options.brand;
    let line = |text: &Option<String>| text.as_deref().map(clean::line).filter(|text| !text.is_empty());
    let footer = brand.footer.as_deref().map(clean::value).filter(|text| !text.trim().is_empty());
    json!({ "name": clean::line(&brand.name), "support_address": line(&brand.support_address), "footer": footer })
}

/// The name of the person, where only the person or an admin can have written it.
fn name(payload: &CourierPayload) -> Option<String> {
    if payload.template_type.row().is_none_or(|row| row.stranger) {
        return None;
    }
    let traits = payload.data().get("identity")?.get("traits")?;
    let paths: [&[&str]; 9] = [
        &["name", "first"],
        &["name", "given"],
        &["name"],
        &["first_name"],
        &["firstName"],
        &["given_name"],
        &["givenName"],
        &["full_name"],
        &["display_name"],
    ];
    paths.iter().find_map(|path| {
        let found = path.iter().try_fold(traits, |value, key| value.get(*key))?;
        clean::name(found.as_str()?)
    })
}

/// `15 minutes`, `1 hour`, `2 days`; English, as the built-in templates are.
fn duration(minutes: u64) -> String {
    let (hours, days) = (minutes.checked_div(60).unwrap_or(0), minutes.checked_div(1440).unwrap_or(0));
    let (count, unit) = match minutes {
        _ if days > 0 && minutes.is_multiple_of(1440) => (days, "day"),
        _ if hours > 0 && minutes.is_multiple_of(60) => (hours, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `2026-11-23 08:36 UTC` of Kratos's `2026-11-23T08:36:22Z`; anything else as it is.
fn moment(at: &str) -> String {
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    match at.split_once('T') {
        Some((date, time)) if time.ends_with('Z') && shape(date, "0000-00-00") => match time.get(..5) {
            Some(time) if shape(time, "00:00") => format!("{date} {time} UTC"),
            _ => at.to_owned(),
        },
        _ => at.to_owned(),
    }
}

fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

fn direction(locale: &str) -> &'static str {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    if matches!(language, "ar" | "fa" | "he" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv" | "ckb") { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(
            [1, 15, 60, 90, 120, 1440, 4320].map(duration),
            ["1 minute", "15 minutes", "1 hour", "90 minutes", "2 hours", "1 day", "3 days"]
        );
        assert_eq!(moment("2026-11-23T08:36:22.5Z"), "2026-11-23 08:36 UTC");
        assert_eq!(moment("yesterday at Ten"), "yesterday at Ten");
    }

    #[test]
    fn a_domain_is_nothing_else() {
        assert!(is_domain("auth.example.org") && !is_domain("x/y") && !is_domain("x y") && !is_domain(""));
    }
}
