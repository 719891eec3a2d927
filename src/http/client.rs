//! Who asks on the public listener: the address behind the proxies that are trusted, and nobody's
//! word for it but theirs.

use super::Api;
use super::problem::Problem;
use crate::domain::Network;
use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A caller whose request was counted and let through. A handler that takes one is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Where it calls from.
    pub address: IpAddr,
}

/// Whom a limit is for: an IPv4 address or an IPv6 /64, of which each household has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Household {
    V4(Ipv4Addr),
    V6(u64),
}

impl Client {
    /// The caller behind a connection: its peer, or, while that is a trusted proxy, the last one in
    /// `X-Forwarded-For` that is none.
    pub(super) fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Self {
        let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        let mut address = peer.to_canonical();
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").map(|line| line.to_str().unwrap_or_default()).collect();
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !is_proxy(address) {
                break;
            }
            // A proxy that does not know, or a caller's own words: whoever wrote it is counted.
            let Some(before) = hop_address(hop) else { break };
            address = before;
        }
        Self { address }
    }

    pub(super) fn household(self) -> Household {
        match self.address.to_canonical() {
            IpAddr::V4(address) => Household::V4(address),
            IpAddr::V6(address) => Household::V6(u64::try_from(address.to_bits() >> 64).unwrap_or_default()),
        }
    }
}

/// An entry of `X-Forwarded-For`: an address, some proxies write a port behind it.
fn hop_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl FromRequest for Client {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let api = request.app_data::<Data<Api>>().ok_or(Problem::Internal);
        ready(api.and_then(|api| Ok(api.limits.admit(request)?)).map_err(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn behind(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8::/32", "127.0.0.1"].map(|text| Network::parse(text).unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        Client::behind(peer.parse().unwrap(), &headers, &trusted).address.to_string()
    }

    #[test]
    fn only_the_words_of_trusted_proxies_count() {
        for (peer, lines, address) in [
            ("203.0.113.9", &["192.0.2.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1, 10.0.0.2, \u{e4}"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1:5678"], "192.0.2.1"),
            ("10.0.0.1", &["[2001:db9::1]:443"], "2001:db9::1"),
            ("10.0.0.1", &["[2001:db9::1]"], "2001:db9::1"),
            ("10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
            ("::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("::ffff:192.0.2.9", &["192.0.2.1"], "192.0.2.9"),
            ("2001:db8::1", &["2001:db9::1"], "2001:db9::1"),
        ] {
            assert_eq!(behind(peer, lines), address, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_household_is_an_ipv4_address_or_an_ipv6_network_of_64_bits() {
        let of = |text: &str| Client { address: text.parse().unwrap() }.household();
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    }
}
