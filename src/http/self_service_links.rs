//! Links in Kratos's answers that lead to a route of the public listener: made to lead there, and not to
//! Kratos. Kratos writes them with a base URL of its own, which we need not know. All else stays as
//! Kratos wrote it, byte by byte.

use crate::kratos::Operation;
use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::ops::Range;
use url::Url;

/// Where they stand.
const LINKS: [&[&str]; 3] = [&["ui", "action"], &["request_url"], &["error", "details", "api"]];

/// What links begin with: `serve.public.base_url`; where it is not set, the host that the caller
/// named. A `source` that does not go without saying stands in them.
pub(super) fn base(base_url: Option<&Url>, request: &HttpRequest, source: Option<&str>) -> String {
    let own = || {
        let scheme = if request.app_config().secure() { "https" } else { "http" };
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let named = host.and_then(|host| Url::parse(&format!("{scheme}://{host}/")).ok());
        let bare = |url: &Url| url.path() == "/" && url.username().is_empty() && url.query().is_none();
        let plain = named.filter(|url| bare(url) && url.fragment().is_none());
        plain.map_or_else(|| format!("{scheme}://{}", request.app_config().local_addr()), String::from)
    };
    let base = base_url.map_or_else(own, ToString::to_string);
    let base = base.trim_end_matches('/');
    source.map_or_else(|| base.to_owned(), |source| format!("{base}/sources/{source}"))
}

/// The same JSON with those links.
pub(super) fn lead_here(json: &[u8], base: &str) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(json) else { return json.to_vec() };
    let mut links: Vec<_> = LINKS.into_iter().filter_map(|path| link(text, path, base)).collect();
    links.sort_by_key(|(place, _)| place.start);
    let (mut led, mut done) = (Vec::with_capacity(json.len() + 256), 0);
    for (place, link) in links {
        led.extend_from_slice(json.get(done..place.start).unwrap_or_default());
        led.extend_from_slice(link.as_bytes());
        done = place.end;
    }
    led.extend_from_slice(json.get(done..).unwrap_or_default());
    led
}

/// Where a link stands, quotes and all, and what is to stand there.
fn link(json: &str, path: &[&str], base: &str) -> Option<(Range<usize>, String)> {
    let written = path.iter().try_fold(json, |json, name| member(json, name))?;
    let start = written.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let url = Url::parse(&serde_json::from_str::<String>(written).ok()?).ok()?;
    let routes = Operation::FORWARDED.map(|operation| operation.route().1);
    let ours = routes.into_iter().find(|route| url.path().ends_with(route))?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let link = serde_json::to_string(&format!("{base}{ours}{query}")).ok()?;
    Some((start..start + written.len(), link))
}

/// A member of an object, as it is written.
fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let members: BTreeMap<String, &'a RawValue> = serde_json::from_str(json).ok()?;
    members.get(name).map(|value| value.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn led(json: &str) -> String {
        String::from_utf8(lead_here(json.as_bytes(), "https://id.example.org/r/sources/b")).unwrap()
    }

    #[test]
    fn links_to_our_routes_lead_to_us_and_nothing_else_changes() {
        let flow = r#"{ "request_url":"http:\/\/k:4433\/self-service\/login\/api?aal=aal2", "since": 1e400,
            "ui" : {"nodes":[],"action":"https://auth.example.org/kratos/self-service/login?flow=f&x=%26"},
            "continue_with":[{"flow":{"url":"http://ui/self-service/settings?flow=f"}}] }"#;
        let ours = r#"{ "request_url":"https://id.example.org/r/sources/b/self-service/login/api?aal=aal2", "since": 1e400,
            "ui" : {"nodes":[],"action":"https://id.example.org/r/sources/b/self-service/login?flow=f&x=%26"},
            "continue_with":[{"flow":{"url":"http://ui/self-service/settings?flow=f"}}] }"#;
        assert_eq!(led(flow), ours);
        let error = r#"{"error":{"details":{"api":"http://k/self-service/settings/api"}}}"#;
        assert_eq!(
            led(error),
            r#"{"error":{"details":{"api":"https://id.example.org/r/sources/b/self-service/settings/api"}}}"#
        );
        for same in [
            r#"{"request_url":"http://k:4434/admin/recovery/code","ui":{"action":7}}"#,
            r#"{"request_url":"/self-service/login","ui":null,"error":[]}"#,
            r#"{"ui":{"action":"http://k/self-service/registration?flow=f"}}"#,
            r#"{"identity":{"request_url":"http://k/self-service/login"}}"#,
            "no json",
            "",
        ] {
            assert_eq!(led(same), same);
        }
        assert_eq!(lead_here(b"{\"ui\":\"\xff\"}", ""), b"{\"ui\":\"\xff\"}");
    }

    #[test]
    fn the_base_is_what_is_configured_or_else_the_host_that_was_asked() {
        let of = |host: &str, base_url: Option<&str>, source| {
            let request = TestRequest::get().insert_header((HOST, host)).to_http_request();
            base(base_url.map(|url| Url::parse(url).unwrap()).as_ref(), &request, source)
        };
        assert_eq!(of("x", Some("https://id.example.org/r/"), None), "https://id.example.org/r");
        assert_eq!(of("x", Some("https://id.example.org"), Some("b")), "https://id.example.org/sources/b");
        assert_eq!(of("127.0.0.1:4477", None, None), "http://127.0.0.1:4477");
        assert_eq!(of("[::1]:4477", None, Some("b")), "http://[::1]:4477/sources/b");
        for odd in ["", "a/b", "u:p@h", "h?x", "h:99999", "h#x"] {
            assert_eq!(of(odd, None, None), "http://127.0.0.1:8080", "{odd}");
        }
    }
}
