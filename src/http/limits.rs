//! `limits.client`: how much one caller of the public listener may ask, and how often it may be
//! wrong about a code, per IPv4 address or IPv6 /64; and how often one recovery's code is sent again.
//! By time that never jumps.

use super::client::{Client, Household};
use super::window::Windows;
use crate::domain::{Clock, Network};
use actix_web::HttpRequest;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

/// What each caller may still do.
pub struct Limits {
    trusted_proxies: Vec<Network>,
    requests: Windows<Household>,
    codes: Windows<Household>,
    resends: Windows<String>,
    clock: Arc<dyn Clock>,
}

/// A code is sent again so often in an hour for one recovery, whoever asks: each time the one before is
/// void.
const RESENDS: u32 = 10;

/// A caller did too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much within an hour, again in {} s", .retry_after.as_secs())]
pub struct TooMuch {
    /// When it may again.
    pub retry_after: Duration,
}

/// One code that a caller tries. It counts as wrong until [`CodeTry::was_not_wrong`] says otherwise,
/// so that neither many tries at once nor a caller who hangs up gets more of them.
#[must_use = "it counts as a wrong code unless was_not_wrong is called"]
pub struct CodeTry<'a> {
    limits: &'a Limits,
    client: Client,
}

impl Limits {
    /// Limits of so many requests and wrong codes an hour, 0 for none; `X-Forwarded-For` is read
    /// where a trusted proxy wrote it.
    pub fn new(requests: u32, wrong_codes: u32, trusted_proxies: Vec<Network>, clock: Arc<dyn Clock>) -> Self {
        let (requests, codes, resends) = (Windows::new(requests), Windows::new(wrong_codes), Windows::new(RESENDS));
        Self { trusted_proxies, requests, codes, resends, clock }
    }

    /// Counts a request, and says whose it is.
    pub fn admit(&self, request: &HttpRequest) -> Result<Client, TooMuch> {
        // Nobody's address only where there is no connection.
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let client = Client::behind(peer, request.headers(), &self.trusted_proxies);
        let taken = self.requests.take(client.household(), self.clock.elapsed());
        taken.map(|()| client).map_err(|retry_after| TooMuch { retry_after })
    }

    /// Asks before a code is tried; see [`CodeTry`].
    pub fn try_code(&self, client: Client) -> Result<CodeTry<'_>, TooMuch> {
        let taken = self.codes.take(client.household(), self.clock.elapsed());
        taken.map(|()| CodeTry { limits: self, client }).map_err(|retry_after| TooMuch { retry_after })
    }

    /// Counts a code that is sent again, by the flow of its recovery.
    pub fn resend(&self, flow_id: &str) -> Result<(), TooMuch> {
        let taken = self.resends.take(flow_id.to_owned(), self.clock.elapsed());
        taken.map_err(|retry_after| TooMuch { retry_after })
    }
}

impl CodeTry<'_> {
    /// The code was right, or nobody looked at it.
    pub fn was_not_wrong(self) {
        self.limits.codes.give_back(&self.client.household());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ManualClock;
    use actix_web::test::TestRequest;

    #[test]
    fn requests_and_wrong_codes_are_counted_apart_and_fade_with_time_alone() {
        let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
        let limits = Limits::new(3, 1, Vec::new(), Arc::new(clock.clone()));
        let request = TestRequest::get().peer_addr("192.0.2.1:5000".parse().unwrap()).to_http_request();
        let client = limits.admit(&request).unwrap();
        assert_eq!(client.address.to_string(), "192.0.2.1");
        for _ in 0..5 {
            limits.try_code(client).unwrap().was_not_wrong();
        }
        drop(limits.try_code(client).unwrap());
        assert!(limits.try_code(client).is_err(), "it was dropped, so it counts");
        limits.admit(&request).unwrap();
        limits.admit(&request).unwrap();
        let wait = limits.admit(&request).unwrap_err().retry_after;
        clock.jump(jiff::SignedDuration::from_hours(5));
        assert_eq!(limits.admit(&request).unwrap_err().retry_after, wait, "the wall clock decides nothing");
        clock.advance(wait);
        limits.admit(&request).unwrap();
    }
}
