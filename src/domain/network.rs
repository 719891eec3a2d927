//! Networks of IP addresses, as an operator writes them. An IPv4 address that came as an IPv6 one
//! (`::ffff:192.0.2.1`) is the IPv4 address that it stands for.

use serde::Deserialize;
use std::net::IpAddr;

/// A network such as `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a text is no [`Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a network such as 10.0.0.0/8")]
pub struct NetworkError;

/// An IPv4 address starts behind so many bits of its mapped form (RFC 4291 2.5.5.2).
const MAPPED: u8 = 96;

impl Network {
    /// Parses an address, or an address and the number of bits that count.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_no_address| NetworkError)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_no_number| NetworkError)?;
        let canonical = address.to_canonical();
        match bits {
            bits if bits > most => Err(NetworkError),
            bits if canonical == address => Ok(Self { address, bits }),
            // All mapped addresses and more: as a network of IPv6 addresses, which no caller has.
            bits if bits < MAPPED => Ok(Self { address, bits }),
            bits => Ok(Self { address: canonical, bits: bits - MAPPED }),
        }
    }

    /// Whether the address is one of its own.
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = u32::from(self.bits);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(other)) => {
                (ours.to_bits() ^ other.to_bits()).checked_shr(u32::BITS - bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(other)) => {
                (ours.to_bits() ^ other.to_bits()).checked_shr(u128::BITS - bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_own_addresses_and_no_other() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.1.2.3/8", "10.9.9.9", "9.9.9.9"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.7/32", "::ffff:192.0.2.7", "::192.0.2.7"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::ffff:10.0.0.0/104", "10.4.4.4", "11.4.4.4"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
        ] {
            let parsed = Network::parse(network).unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!parsed.contains(outside.parse().unwrap()), "{outside} in {network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "localhost", "10.0.0.0/8/8"] {
            assert_eq!(Network::parse(text), Err(NetworkError), "{text}");
        }
    }
}
