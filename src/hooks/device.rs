//! Devices and places as what is compared with those seen before.

use std::net::IpAddr;

/// A browser after its update is the same device: digits and dots do not count.
pub(super) fn same_device(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_ascii_digit() && *c != '.' && *c != '_').take(400).collect()
}

/// The network that an address is in: /24, or /48 for IPv6.
pub(super) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_updated_browser_is_the_same_device() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";
        assert_eq!(same_device(chrome), same_device(&chrome.replace("129", "130")));
        assert_ne!(same_device(chrome), same_device("curl/8"));
    }

    #[test]
    fn a_place_is_a_network() {
        assert_eq!(network("203.0.113.7".parse().unwrap()), network("203.0.113.99".parse().unwrap()));
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2::1".parse().unwrap()), "2001:db8:1::/48");
    }
}
