//! Signatures over the raw body: Standard Webhooks, plain HMAC-SHA256, and the jsonnet envelope.

use super::{Headers, Scheme, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How a signature is written into its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Lower or upper case hexadecimal.
    Hex,
    /// Standard base64 with padding.
    Base64,
}

/// Whether the headers claim a signature of this scheme, so that the body is worth reading. The
/// envelope's stands in the body itself.
pub(super) fn claimed(scheme: &Scheme, headers: Headers<'_>) -> bool {
    match scheme {
        Scheme::StandardWebhooks { .. } => headers("webhook-signature").is_some(),
        Scheme::HmacSha256 { header, .. } => headers(&header.to_ascii_lowercase()).is_some(),
        Scheme::Envelope { .. } => true,
        Scheme::ApiKey { .. } | Scheme::BasicAuth { .. } => false,
    }
}

/// Whether the body is signed by this credential.
pub(super) fn verifies(scheme: &Scheme, headers: Headers<'_>, body: &[u8], now: Timestamp) -> bool {
    match scheme {
        Scheme::StandardWebhooks { key, tolerance } => {
            standard_webhooks(key.expose(), *tolerance, headers, body, now).unwrap_or(false)
        }
        Scheme::HmacSha256 { key, header, prefix, encoding } => headers(&header.to_ascii_lowercase())
            .and_then(|value| value.trim().strip_prefix(prefix.as_str()))
            .and_then(|signature| decode(signature, *encoding))
            .is_some_and(|signature| mac_matches(key.expose().as_bytes(), &[body], &signature)),
        Scheme::Envelope { key } => envelope(key.expose(), body).unwrap_or(false),
        Scheme::ApiKey { .. } | Scheme::BasicAuth { .. } => false,
    }
}

/// Standard Webhooks 1.0: `webhook-signature` holds blank-separated `v1,<base64>` of HMAC-SHA256
/// over `webhook-id.webhook-timestamp.body`; other versions are skipped.
fn standard_webhooks(
    key: &[u8],
    tolerance: std::time::Duration,
    headers: Headers<'_>,
    body: &[u8],
    now: Timestamp,
) -> Option<bool> {
    let (id, stamp) = (headers("webhook-id")?, headers("webhook-timestamp")?);
    let at: i64 = stamp.parse().ok()?;
    let off = now.as_second().checked_sub(at)?.checked_abs()?;
    if id.is_empty() || u64::try_from(off).ok()? > tolerance.as_secs() {
        return Some(false);
    }
    let signed = [id.as_bytes(), b".", stamp.as_bytes(), b".", body];
    let candidates = headers("webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    Some(candidates.filter_map(|one| STANDARD.decode(one).ok()).any(|one| mac_matches(key, &signed, &one)))
}

fn mac_matches(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

fn decode(signature: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => STANDARD.decode(signature).ok(),
        Encoding::Hex if signature.len().is_multiple_of(2) => {
            let digits: Option<Vec<u32>> = signature.chars().map(|c| c.to_digit(16)).collect();
            digits?.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit).try_into().ok()).collect()
        }
        Encoding::Hex => None,
    }
}

/// The contract's `{payload, mac}` with `mac = sha256(key + sha256(key + payload))` in hex: what
/// Kratos's jsonnet can compute without a true HMAC (contract 1.10).
fn envelope(key: &str, body: &[u8]) -> Option<bool> {
    #[derive(Deserialize)]
    struct Envelope {
        payload: String,
        mac: String,
    }
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    let inner = hex(&Sha256::digest([key, &envelope.payload].concat()));
    let expected = hex(&Sha256::digest([key, &inner].concat()));
    Some(header::same(envelope.mac.to_ascii_lowercase().as_bytes(), expected.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ByHeader, Credential, Door};
    use super::*;
    use crate::domain::Secret;
    use std::time::Duration;

    fn door(scheme: Scheme) -> Door {
        Door::new(vec![Credential { id: "k1".to_owned(), scheme }])
    }

    fn opens(scheme: Scheme, headers: &[(&str, &str)], body: &[u8], now: i64) -> bool {
        let get = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let (door, now) = (door(scheme), Timestamp::from_second(now).unwrap());
        match door.by_header(&get) {
            ByHeader::Passed(_) => true,
            ByHeader::Undecided => door.by_body(&get, body, now).is_some(),
            ByHeader::Denied => false,
        }
    }

    fn webhooks() -> Scheme {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        Scheme::StandardWebhooks { key: Secret::new(key), tolerance: Duration::from_mins(5) }
    }

    const STAMP: i64 = 1_614_265_330;
    const SIGNED: &[(&str, &str)] = &[
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v2,junk v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];

    /// The vector that the Standard Webhooks libraries publish.
    #[test]
    fn the_published_standard_webhooks_vector_passes_within_its_tolerance() {
        let body = br#"{"test": 2432232314}"#;
        for (now, passes) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            assert_eq!(opens(webhooks(), SIGNED, body, STAMP + now), passes, "{now} s off");
        }
        assert!(!opens(webhooks(), SIGNED, br#"{"test": 2432232315}"#, STAMP), "another body");
        assert!(!opens(webhooks(), SIGNED.split_last().unwrap().1, body, STAMP), "no signature");
        assert!(!opens(webhooks(), &[("webhook-signature", "v1,AAAA")], body, STAMP), "no id");
    }

    #[test]
    fn a_timestamp_at_the_edge_of_numbers_is_refused_quietly() {
        for stamp in ["9223372036854775807", "-9223372036854775808", "1e3", "", "99999999999999999999"] {
            let headers = [("webhook-id", "a"), ("webhook-timestamp", stamp), ("webhook-signature", "v1,AAAA")];
            assert!(!opens(webhooks(), &headers, b"", STAMP));
        }
    }

    #[test]
    fn the_official_crate_agrees() {
        let official = standardwebhooks::Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        for body in ["", "{}", "{\"recipient\":\"ü\"}", &"x".repeat(70_000)] {
            let signature = official.sign("msg_1", STAMP, body.as_bytes()).unwrap();
            let headers = [
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", "1614265330"),
                ("webhook-signature", signature.as_str()),
            ];
            assert!(opens(webhooks(), &headers, body.as_bytes(), STAMP));
            assert!(!opens(webhooks(), &headers, format!("{body} ").as_bytes(), STAMP));
        }
    }

    /// The vector of GitHub's documentation, "Validating webhook deliveries".
    #[test]
    fn the_published_github_vector_passes_in_hex_and_base64() {
        let hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let base64 = STANDARD.encode(decode(hex, Encoding::Hex).unwrap());
        let scheme = |prefix: &str, encoding| Scheme::HmacSha256 {
            key: Secret::from("It's a Secret to Everybody"),
            header: "X-Hub-Signature-256".to_owned(),
            prefix: prefix.to_owned(),
            encoding,
        };
        let name = "x-hub-signature-256";
        let prefixed = format!("sha256={hex}");
        assert!(opens(scheme("sha256=", Encoding::Hex), &[(name, &prefixed)], b"Hello, World!", 0));
        assert!(opens(scheme("", Encoding::Base64), &[(name, &base64)], b"Hello, World!", 0));
        for wrong in [hex, "sha256=", "sha256=zz", "sha256=7", "sha256=é7", "sha1=00"] {
            assert!(!opens(scheme("sha256=", Encoding::Hex), &[(name, wrong)], b"Hello, World!", 0), "{wrong}");
        }
        assert!(!opens(scheme("sha256=", Encoding::Hex), &[(name, &prefixed)], b"Hello, World", 0));
    }

    #[test]
    fn an_envelope_passes_only_with_its_own_payload() {
        let key = "a key that stands in kratos.yml";
        let payload = r#"{"recipient":"ü@example.org"}"#;
        let mac = hex(&Sha256::digest([key, &hex(&Sha256::digest([key, payload].concat()))].concat()));
        let body = serde_json::json!({"payload": payload, "mac": mac}).to_string();
        let scheme = || Scheme::Envelope { key: Secret::from(key) };
        assert!(opens(scheme(), &[], body.as_bytes(), 0));
        assert!(!opens(scheme(), &[], body.replace("example.org", "example.com").as_bytes(), 0));
        assert!(!opens(Scheme::Envelope { key: Secret::from("other") }, &[], body.as_bytes(), 0));
        assert!(!opens(scheme(), &[], payload.as_bytes(), 0));
    }

    #[test]
    fn header_credentials_match_exactly_or_not_at_all() {
        let key = |cookie| Scheme::ApiKey {
            cookie,
            name: if cookie { "sid" } else { "Authorization" }.to_owned(),
            value: Secret::from("Bearer abc"),
        };
        assert!(opens(key(false), &[("authorization", "Bearer abc")], b"", 0));
        for wrong in ["Bearer abcd", "Bearer ab", "bearer abc", "", "abc"] {
            assert!(!opens(key(false), &[("authorization", wrong)], b"", 0), "{wrong}");
        }
        assert!(opens(key(true), &[("cookie", "a=b; sid=Bearer abc; c=d")], b"", 0));
        assert!(!opens(key(true), &[("cookie", "xsid=Bearer abc")], b"", 0));
        let basic = || Scheme::BasicAuth { pair: Secret::from("Aladdin:open sesame") };
        // RFC 7617, section 2.
        assert!(opens(basic(), &[("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")], b"", 0));
        assert!(!opens(basic(), &[("authorization", "Basic QWxhZGRpbjpvcGVu")], b"", 0));
        assert!(!opens(basic(), &[("authorization", "Basic ???")], b"", 0));
    }

    #[test]
    fn any_of_several_credentials_opens_and_says_which() {
        let key = |id: &str, value: &str| Credential {
            id: id.to_owned(),
            scheme: Scheme::ApiKey { cookie: false, name: "x-key".to_owned(), value: Secret::from(value) },
        };
        let door = Door::new(vec![key("old", "1"), key("new", "2")]);
        assert_eq!(door.by_header(&|name| (name == "x-key").then_some("2")), ByHeader::Passed("new"));
        assert_eq!(door.by_header(&|name| (name == "x-key").then_some("1")), ByHeader::Passed("old"));
        assert_eq!(door.by_header(&|_| None), ByHeader::Denied);
        assert_eq!(Door::new(Vec::new()).by_header(&|_| None), ByHeader::Denied);
    }
}
