//! How long a text message is: 160 characters of the GSM alphabet (3GPP TS 23.038) in one, 70 UTF-16
//! units if a single character is not in it; a little less in each part where several are sent.

/// The basic table. Letters with other accents are not in it.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters that take two.
const EXTENDED: &str = "^{}\\[~]|€";

/// What a text message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Whether the GSM alphabet is enough.
    pub gsm: bool,
    /// Septets, or UTF-16 units.
    pub length: usize,
    /// How many messages it is sent as.
    pub parts: usize,
}

impl Measure {
    /// Measures a text.
    pub fn of(text: &str) -> Self {
        let size = |c: char| match c {
            _ if BASIC.contains(c) => Some(1),
            _ if EXTENDED.contains(c) => Some(2),
            _ => None,
        };
        let septets = text.chars().map(size).sum::<Option<usize>>();
        let (length, alone, each) = septets.map_or_else(|| (text.encode_utf16().count(), 70, 67), |n| (n, 160, 153));
        let parts = if length <= alone { 1 } else { length.div_ceil(each) };
        Self { gsm: septets.is_some(), length, parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_as_networks_do() {
        let of = |text: &str| {
            let Measure { gsm, length, parts } = Measure::of(text);
            (gsm, length, parts)
        };
        assert_eq!(of("äöüß€"), (true, 6, 1));
        assert_eq!((of(&"a".repeat(160)), of(&"a".repeat(161))), ((true, 160, 1), (true, 161, 2)));
        assert_eq!((of(&"ę".repeat(70)), of(&"ę".repeat(71))), ((false, 70, 1), (false, 71, 2)));
        assert_eq!(of("😀"), (false, 2, 1));
    }
}
