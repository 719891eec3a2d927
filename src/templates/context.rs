//! What a template may print (`templates/README.md` tells its authors): cleaned, and without
//! anything that a stranger wrote where anybody can cause the mail.

use super::{Look, Options, clean, helpers, locale};
use crate::domain::CourierPayload;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// What a template may print at the top of its context; `check` knows every name by this list.
pub(super) const NAMES: &[&str] = &[
    "code",
    "link",
    "expires_in_minutes",
    "name",
    "client",
    "recipient",
    "template_type",
    "channel",
    "locale",
    "dir",
    "start",
    "end",
    "time_zone",
    "code_in_subject",
    "brand",
    "changed_at",
    "added_at",
    "time",
    "device",
    "place",
    "address",
    "method",
    "kratos",
    "data",
];

/// Builds the context. `whole` adds the payload's own data, for templates of the operator's.
pub(super) fn build(payload: &CourierPayload, options: &Options, look: &Look, locale: &str, whole: bool) -> Value {
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
    put("expires_in_minutes", payload.expires_in_minutes().map(|minutes| minutes.max(1).into()));
    let traits = data.get("identity").and_then(|identity| identity.get("traits"));
    let own = !payload.template_type.row().is_none_or(|row| row.stranger);
    put("name", traits.filter(|_| own).and_then(name).map(Value::from));
    put("time_zone", Some(helpers::zone(traits.filter(|_| own)).unwrap_or("UTC").into()));
    put("client", data.get("oauth2_login_request").and_then(client).map(Value::from));
    put("recipient", Some(one_line(payload.recipient.expose())));
    put("template_type", Some(payload.template_type.as_str().into()));
    put("channel", Some(payload.channel.as_str().into()));
    put("locale", Some(locale.into()));
    let rtl = locale::parse(locale).is_some_and(|tag| locale::direction(&tag) == "rtl");
    let (dir, start, end) = if rtl { ("rtl", "right", "left") } else { ("ltr", "left", "right") };
    put("dir", Some(dir.into()));
    put("start", Some(start.into()));
    put("end", Some(end.into()));
    put("code_in_subject", Some(options.code_in_subject.into()));
    put("brand", Some(look.brand.clone()));
    let text = |name: &str| data.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    for name in ["changed_at", "added_at", "time"] {
        put(name, text(name).map(one_line));
    }
    put("device", text("device").and_then(clean::name).map(Value::from));
    put("place", text("place").and_then(place).map(Value::from));
    put("method", text("method").and_then(clean::name).map(Value::from));
    // Whoever reads this mail need not be the one whose address it is.
    put("address", text("address").map(|address| crate::domain::mask(address).into()));
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

/// The name of the person, where only the person or an admin can have written it.
fn name(traits: &Value) -> Option<String> {
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

/// The application that somebody is signing in to; it named itself, so it is text and no link.
fn client(request: &Value) -> Option<String> {
    clean::name(request.get("client")?.get("client_name")?.as_str()?)
}

/// A network address as it is, a name of a place as any name.
fn place(text: &str) -> Option<String> {
    let text = text.trim();
    if text.parse::<IpAddr>().is_ok() { Some(text.to_owned()) } else { clean::name(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_itself_carries_no_link() {
        let request = json!({"client": {"client_name": "https://evil.example/ Shop"}});
        assert_eq!(client(&request).as_deref(), Some("httpsevilexample Shop"));
        assert_eq!(place("2001:db8::7").as_deref(), Some("2001:db8::7"));
        assert_eq!(place("Berlin, see evil.example").as_deref(), Some("Berlin, see evilexample"));
    }
}
