//! A DKIM key as it is published (RFC 6376 3.6.1). Asks nobody.

use super::tags::Tags;
use crate::doctor::Verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What is to be said of a key.
pub(super) type Remark = (Verdict, String);

/// RFC 8301 3.2: verifiers take no shorter RSA key, and signers should have a longer one.
const SHORTEST: usize = 1024;
const LONG: usize = 2048;

/// Looks at the text of a key. Nothing, if it is as it should be.
pub(super) fn examine(text: &str) -> Option<Remark> {
    let bad = |why: &str| Some((Verdict::Bad, why.to_owned()));
    let tags = match Tags::parse(text) {
        Ok(tags) => tags,
        Err(why) => return bad(&format!("is not written as a key is: {why}")),
    };
    if tags.get("v").is_some_and(|version| version != "DKIM1") {
        return bad("does not begin with v=DKIM1");
    }
    let Some(public) = tags.get("p") else { return bad("has no p=, where the public key stands") };
    if public.is_empty() {
        return bad("is revoked (p= is empty): every signature made with it fails");
    }
    if tags.list("h", ':').is_some_and(|hashes| !hashes.contains(&"sha256")) {
        return bad("does not allow sha256 (h=), and nobody takes sha1 any more");
    }
    if tags.list("s", ':').is_some_and(|services| !services.iter().any(|service| matches!(*service, "*" | "email"))) {
        return bad("is not for mail (s=)");
    }
    let blank_free: String = public.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let Ok(bytes) = STANDARD.decode(blank_free) else { return bad("is broken: p= is not base64") };
    let remark = match tags.get("k").unwrap_or("rsa") {
        "rsa" => match rsa_bits(&bytes) {
            None => return bad("is broken: p= is no RSA key"),
            Some(bits) if bits < SHORTEST => {
                return bad(&format!("is an RSA key of {bits} bits: receivers take none under {SHORTEST}"));
            }
            Some(bits) if bits < LONG => {
                Some((Verdict::Warning, format!("is an RSA key of {bits} bits, which can be broken some day")))
            }
            Some(_) => None,
        },
        "ed25519" if bytes.len() != 32 => return bad("is broken: an Ed25519 key has 32 bytes"),
        "ed25519" => Some((Verdict::Note, "is an Ed25519 key, which many receivers cannot check yet".to_owned())),
        kind => return bad(&format!("is of a kind that receivers do not know (k={kind})")),
    };
    let is_tried_out = tags.list("t", ':').is_some_and(|flags| flags.contains(&"y"));
    let trial = (Verdict::Warning, "says that it is only tried out (t=y): some receivers look past it".to_owned());
    // The worse of both.
    remark.into_iter().chain(is_tried_out.then_some(trial)).max_by_key(|(verdict, _)| *verdict)
}

/// How long the modulus of an RSA key is: of a `SubjectPublicKeyInfo` (RFC 5280), as keys are published, or of
/// an `RSAPublicKey` (RFC 8017), as RFC 6376 has it.
fn rsa_bits(der: &[u8]) -> Option<usize> {
    const SEQUENCE: u8 = 0x30;
    const BITS: u8 = 0x03;
    const INTEGER: u8 = 0x02;
    let (inside, _) = element(der, SEQUENCE)?;
    let numbers = match element(inside, SEQUENCE) {
        Some((_algorithm, rest)) => {
            let (unused, key) = element(rest, BITS)?.0.split_first()?;
            element(key, SEQUENCE).filter(|_| *unused == 0)?.0
        }
        None => inside,
    };
    let (modulus, rest) = element(numbers, INTEGER)?;
    element(rest, INTEGER)?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let digits = modulus.get(zeros..)?;
    Some(digits.len() * 8 - usize::try_from(digits.first()?.leading_zeros()).ok()?)
}

/// One element of DER with this tag: its content, and what comes behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (own, rest) = der.split_first()?;
    let (first, rest) = rest.split_first().filter(|_| *own == tag)?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DER of this tag.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    }

    fn rsa(bits: usize) -> Vec<u8> {
        let modulus = [&[0_u8, 0x80][..], &vec![1; bits / 8 - 1]].concat();
        der(0x30, &[der(0x02, &modulus), der(0x02, &[1, 0, 1])].concat())
    }

    fn info(key: &[u8]) -> Vec<u8> {
        let algorithm = der(0x30, &[0x06, 1, 42, 0x05, 0]);
        der(0x30, &[algorithm, der(0x03, &[&[0], key].concat())].concat())
    }

    fn said(text: &str) -> String {
        examine(text).map_or_else(String::new, |(verdict, why)| format!("{verdict}: {why}"))
    }

    fn published(rest: &str, key: &[u8]) -> String {
        said(&format!("v=DKIM1; {rest} p={}", STANDARD.encode(key)))
    }

    #[test]
    fn the_length_of_a_key_is_read_in_either_form() {
        for bits in [512, 1024, 2048, 4096] {
            assert_eq!((rsa_bits(&rsa(bits)), rsa_bits(&info(&rsa(bits)))), (Some(bits), Some(bits)));
        }
        let made = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        assert_eq!(rsa_bits(&rcgen::PublicKeyData::subject_public_key_info(&made)), None, "no RSA key");
        for cut in 0..200 {
            assert_eq!(rsa_bits(&info(&rsa(2048))[..cut]), None);
        }
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said() {
        assert_eq!(published("k=rsa; t=s; s=email; h=sha1:sha256;", &info(&rsa(2048))), "");
        assert_eq!(said(&format!("p={}", STANDARD.encode(rsa(2048)))), "", "all tags but p have a default");
        for (rest, key, part) in [
            ("", info(&rsa(512)), "bad: is an RSA key of 512 bits"),
            ("", info(&rsa(1024)), "warning: is an RSA key of 1024 bits"),
            ("", b"no key".to_vec(), "bad: is broken: p= is no RSA key"),
            ("k=ed25519;", vec![7; 32], "note: is an Ed25519 key"),
            ("k=ed25519;", vec![7; 31], "bad: is broken: an Ed25519 key"),
            ("k=dsa;", vec![7; 32], "bad: is of a kind"),
            ("h=sha1;", info(&rsa(2048)), "bad: does not allow sha256"),
            ("s=tlsrpt;", info(&rsa(2048)), "bad: is not for mail"),
            ("t=y;", info(&rsa(2048)), "warning: says that it is only tried out"),
        ] {
            assert!(published(rest, &key).starts_with(part), "{part}: {}", published(rest, &key));
        }
        assert!(said("v=DKIM1; p=").contains("revoked"));
        assert!(said("v=DKIM1; k=rsa").contains("no p="));
        assert!(said("v=DKIM2; p=AAAA").contains("v=DKIM1"));
        assert!(said("v=DKIM1; p=!!").contains("not base64"));
        assert!(said("v=spf1 -all").contains("v=DKIM1") && said("hello").contains("not written as a key is"));
    }
}
