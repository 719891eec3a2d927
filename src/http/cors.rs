//! Cross-origin requests to the public listener, as in Ory's configuration: which pages may call, with
//! which headers, and what they may read. Without credentials: nothing here is done with cookies.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;

/// `serve.public.cors`, where it is enabled.
#[derive(Debug, Clone)]
pub struct Cors {
    origins: Vec<String>,
    allowed_headers: Vec<String>,
    exposed_headers: Vec<String>,
}

/// Methods of the public listener.
const METHODS: [Method; 2] = [Method::GET, Method::POST];
/// How long a browser may remember the answer to a preflight, in seconds: five minutes.
const MAX_AGE: &str = "300";

impl Cors {
    /// For pages of these origins. `*` is any, and within one it stands for any text, once.
    pub fn new(origins: &[String], allowed_headers: &[String], exposed_headers: &[String]) -> Self {
        let lower = |text: &String| text.to_ascii_lowercase();
        Self {
            origins: origins.iter().map(lower).collect(),
            allowed_headers: allowed_headers.iter().map(lower).collect(),
            exposed_headers: exposed_headers.to_vec(),
        }
    }

    fn allows(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.origins.iter().any(|pattern| match pattern.split_once('*') {
            None => *pattern == origin,
            Some((before, after)) => {
                let middle = origin.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                // `https://*.example.org` is no `https://.example.org`, but `*` alone is also `null`.
                middle.is_some_and(|middle| !middle.is_empty())
            }
        })
    }

    /// What `Access-Control-Allow-Origin` says to this caller, if it may call.
    fn allow_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        if self.is_open() {
            return Some(HeaderValue::from_static("*"));
        }
        origin.to_str().is_ok_and(|origin| self.allows(origin)).then(|| origin.clone())
    }

    fn is_open(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }

    /// The answer to a preflight. One without permission has none of the headers, and the browser says why.
    fn preflight(&self, headers: &HeaderMap) -> HttpResponse {
        let mut answer = HttpResponse::NoContent();
        for name in [ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS] {
            answer.append_header((VARY, name.as_str()));
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let method_fits = text(ACCESS_CONTROL_REQUEST_METHOD).is_some_and(|method| METHODS.contains(&of(method)));
        let asked = text(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default().to_ascii_lowercase();
        let mut asked = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
        let headers_fit =
            asked.all(|name| self.allowed_headers.iter().any(|allowed| allowed == name || allowed == "*"));
        if let Some(origin) = self.allow_origin(headers).filter(|_| method_fits && headers_fit) {
            answer.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, origin));
            answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS.map(|method| method.to_string()).join(", ")));
            answer.insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE));
            if let Some(names) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, names.clone()));
            }
        }
        answer.finish()
    }

    fn mark(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if !self.is_open() {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if let Ok(names) = HeaderValue::from_str(&self.exposed_headers.join(", "))
            && !names.is_empty()
        {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
        }
    }
}

fn of(method: &str) -> Method {
    Method::from_bytes(method.as_bytes()).unwrap_or_default()
}

/// The middleware. It stands around everything, so that a page can read refusals too.
pub(super) async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(cors) = request.app_data::<Cors>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let headers = request.headers();
    let is_preflight = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if *request.method() == Method::OPTIONS && is_preflight {
        let answer = cors.preflight(headers);
        return Ok(request.into_response(answer));
    }
    let origin = cors.allow_origin(headers);
    let mut response = next.call(request).await?.map_into_boxed_body();
    cors.mark(origin, response.headers_mut());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        let owned: Vec<String> = origins.iter().map(|&origin| origin.to_owned()).collect();
        Cors::new(&owned, &["Content-Type".to_owned()], &["Retry-After".to_owned()])
    }

    #[test]
    fn origins_are_compared_whole_and_one_wildcard_stands_for_any_text() {
        let some = cors(&["https://app.example.org", "https://*.Example.com", "http://localhost:*"]);
        for origin in
            ["https://app.example.org", "https://a.b.example.com", "HTTPS://x.example.com", "http://localhost:3000"]
        {
            assert!(some.allows(origin), "{origin}");
        }
        for origin in [
            "https://app.example.org.evil.net",
            "http://app.example.org",
            "https://app.example.org:8443",
            "https://example.com",
            "https://.example.com",
            "https://evilexample.com",
            "https://x.example.com.evil.net",
            "http://localhost",
            "null",
            "",
        ] {
            assert!(!some.allows(origin), "{origin}");
        }
        assert!(cors(&["*"]).allows("null"));
    }

    #[test]
    fn a_preflight_for_more_than_is_allowed_gets_no_permission() {
        let ask = |method: &'static str, names: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, HeaderValue::from_static("https://app.example.org"));
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(names));
            let answer = cors(&["https://app.example.org"]).preflight(&headers);
            answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).is_some()
        };
        assert!(ask("POST", "content-type") && ask("GET", ""));
        assert!(!ask("DELETE", "content-type") && !ask("POST", "content-type, x-evil") && !ask("get", ""));
    }
}
