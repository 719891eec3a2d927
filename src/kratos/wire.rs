//! Asking: the exact headers, a bound on every wait and every body, and reads repeated.

use super::auth::AdminHeader;
use super::body::Body;
use super::error::{Broken, KratosError, Missing};
use super::operation::Operation;
use super::{Caller, Kratos, Options, SetupError};
use crate::domain::{Event, Secret};
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::runtime::Handle;

/// Kratos's largest answers, flows with many fields, take a tenth of this.
const LARGEST: usize = 1024 * 1024;
/// Between the attempts to read.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// Idle connections are given up long before Kratos does so.
const IDLE: Duration = Duration::from_secs(30);
/// Ory Network says so when its limits let something through again, in seconds.
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Exactly this: with a charset behind it Kratos does not take a request for one of JSON.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One request.
pub(super) struct Ask<'a> {
    operation: Operation,
    method: Method,
    url: Url,
    token: Option<&'a Secret<String>>,
    caller: Option<&'a Caller>,
    origin: Option<&'static str>,
    body: Option<Secret<Vec<u8>>>,
}

impl<'a> Ask<'a> {
    /// On behalf of an end user.
    pub(super) fn caller(mut self, caller: &'a Caller) -> Self {
        self.caller = Some(caller);
        self
    }

    /// With a session.
    pub(super) fn token(mut self, token: &'a Secret<String>) -> Self {
        self.token = Some(token);
        self
    }

    /// With a parameter in the query.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// With an `Origin`, which makes Kratos refuse a native flow.
    pub(super) const fn origin(mut self, origin: &'static str) -> Self {
        self.origin = Some(origin);
        self
    }

    /// With a body of JSON.
    pub(super) fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(Secret::new(serde_json::to_vec(body).unwrap_or_default()));
        self
    }
}

/// One answer.
pub(super) struct Reply {
    pub(super) operation: Operation,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) date: Option<String>,
    pub(super) bytes: Secret<Vec<u8>>,
}

impl Reply {
    /// What its JSON says.
    pub(super) fn body(&self) -> Body {
        Body::of(self.bytes.expose())
    }

    /// The error for it, if it has no named outcome.
    pub(super) fn unknown(&self) -> KratosError {
        if self.operation.is_admin() {
            // Kratos's own admin API asks for no credential; whoever guards it does. Its public
            // port answers 307 or, to a POST, 403 for paths of the admin API.
            match self.status {
                403 if self.body().is_error("security_csrf_violation") => {
                    return KratosError::Misconfigured(Missing::AdminUrl);
                }
                401 | 403 => return KratosError::Misconfigured(Missing::AdminAuth),
                300..=399 | 404 | 405 => return KratosError::Misconfigured(Missing::AdminUrl),
                _ => {}
            }
        }
        let retry_after = self.retry_after.as_ref().and_then(|seconds| seconds.trim().parse().ok());
        self.body().unknown(self.operation, self.status, retry_after)
    }
}

impl Kratos {
    /// A client; it asks nothing yet.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        let http = Client::builder()
            .connect_timeout(options.timeouts.connect)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_backend_preconfigured(options.tls)
            .build()
            .map_err(|error| SetupError::Client(error.without_url().to_string()))?;
        Ok(Self {
            http,
            public: Url::parse(&options.public_url).map_err(|_url| SetupError::Url("kratos.public_url"))?,
            admin: Url::parse(&options.admin_url).map_err(|_url| SetupError::Url("kratos.admin_url"))?,
            admin_auth: options.admin_auth.as_ref().map(AdminHeader::new).transpose()?,
            timeouts: options.timeouts,
            report: Arc::clone(&options.report),
            runtime: Handle::try_current().map_err(|_none| SetupError::Runtime)?,
            transitions: AtomicBool::new(false),
        })
    }

    /// A request to a path below the base of its API.
    pub(super) fn ask<'a>(&self, operation: Operation, method: Method, path: &str) -> Ask<'a> {
        let mut url = if operation.is_admin() { self.admin.clone() } else { self.public.clone() };
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&(base + path));
        Ask { operation, method, url, token: None, caller: None, origin: None, body: None }
    }

    /// Sends it; a read again, if it was not answered or not by Kratos itself.
    pub(super) async fn send(&self, ask: Ask<'_>) -> Result<Reply, KratosError> {
        let mut pauses = PAUSES.iter();
        loop {
            let answer = self.send_once(&ask).await;
            let (outcome, again) = match &answer {
                Ok(reply) => (class(reply.status), matches!(reply.status, 502..=504)),
                Err(broken) => ("unreachable", matches!(broken, Broken::NoConnection | Broken::Cut)),
            };
            let status = answer.as_ref().ok().map(|reply| reply.status);
            tracing::debug!(operation = ask.operation.label(), status, outcome, "Kratos was asked");
            (self.report)(Event::KratosAsked { operation: ask.operation.label(), outcome });
            let pause = pauses.next().filter(|_| again && ask.operation.is_read());
            let Some(pause) = pause else {
                return answer.map_err(|broken| KratosError::Unreachable(ask.operation, broken));
            };
            tokio::time::sleep(*pause).await;
        }
    }

    /// A request that was begun is not given up when nobody waits for it any more: its bound ends
    /// it.
    async fn send_once(&self, ask: &Ask<'_>) -> Result<Reply, Broken> {
        let (request, operation) = (self.request(ask), ask.operation);
        let exchange = async move {
            let answer = request.send().await.map_err(|error| broken(&error))?;
            let header = |name: HeaderName| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
            let (status, location) = (answer.status().as_u16(), header(LOCATION));
            let (mut retry_after, date) = (header(RETRY_AFTER), header(DATE));
            if status == 429 && retry_after.is_none() {
                retry_after = header(RATE_LIMIT_RESET);
            }
            let bytes = read(answer).await?;
            Ok(Reply { operation, status, location, retry_after, date, bytes })
        };
        self.runtime.spawn(exchange).await.unwrap_or(Err(Broken::Cut))
    }

    fn request(&self, ask: &Ask<'_>) -> RequestBuilder {
        let patience = if ask.operation.is_read() { self.timeouts.read } else { self.timeouts.write };
        let mut request = self
            .http
            .request(ask.method.clone(), ask.url.clone())
            .timeout(patience)
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, JSON);
        let own = concat!("postrider/", env!("CARGO_PKG_VERSION"));
        let caller = ask.caller.cloned().unwrap_or_default();
        for (name, value) in [
            (USER_AGENT, Some(caller.user_agent.as_deref().unwrap_or(own))),
            (ACCEPT_LANGUAGE, caller.accept_language.as_deref()),
            (HeaderName::from_static("x-forwarded-for"), caller.client_address.as_deref()),
            (HeaderName::from_static("true-client-ip"), caller.client_address.as_deref()),
            (reqwest::header::ORIGIN, ask.origin),
        ] {
            // What cannot stand in a header is left out.
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        if let Some(value) = ask.token.and_then(|token| sensitive(token.expose())) {
            request = request.header("x-session-token", value);
        }
        match &self.admin_auth {
            Some(auth) if ask.operation.is_admin() => request = request.header(auth.name.clone(), auth.value.clone()),
            _ => {}
        }
        match &ask.body {
            Some(body) => request.body(body.expose().clone()),
            None => request,
        }
    }
}

async fn read(mut answer: Response) -> Result<Secret<Vec<u8>>, Broken> {
    let mut bytes = Secret::new(Vec::new());
    while let Some(chunk) = answer.chunk().await.map_err(|error| broken(&error))? {
        if bytes.expose().len() + chunk.len() > LARGEST {
            return Err(Broken::TooLarge);
        }
        bytes.expose_mut().extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn broken(error: &reqwest::Error) -> Broken {
    match error {
        error if error.is_connect() => Broken::NoConnection,
        error if error.is_timeout() => Broken::Timeout,
        _ => Broken::Cut,
    }
}

const fn class(status: u16) -> &'static str {
    match status {
        200..=299 => "ok",
        300..=399 => "redirected",
        400..=499 => "refused",
        _ => "failed",
    }
}

fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
