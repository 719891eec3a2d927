//! Colours and how well one is read on another (WCAG 2.2, 1.4.3 and 1.4.11).

use std::fmt;

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(u8, u8, u8);

/// What text needs.
pub(super) const TEXT: f64 = 4.5;
/// What the shape of a button needs.
pub(super) const SHAPE: f64 = 3.0;

/// The names that people write; the other 130 of CSS are not measured.
const NAMED: &[(&str, Colour)] = &[
    ("black", Colour::BLACK),
    ("white", Colour::WHITE),
    ("gray", Colour(128, 128, 128)),
    ("grey", Colour(128, 128, 128)),
    ("silver", Colour(192, 192, 192)),
    ("red", Colour(255, 0, 0)),
    ("maroon", Colour(128, 0, 0)),
    ("yellow", Colour(255, 255, 0)),
    ("green", Colour(0, 128, 0)),
    ("blue", Colour(0, 0, 255)),
    ("navy", Colour(0, 0, 128)),
    ("orange", Colour(255, 165, 0)),
];

impl Colour {
    pub(super) const BLACK: Self = Self(0, 0, 0);
    pub(super) const WHITE: Self = Self(255, 255, 255);
    /// Of buttons, unless a brand has its own.
    pub(super) const BUTTON: Self = Self(0x1d, 0x4e, 0xd8);
    /// The ground of a mail in dark mode (`layouts/base.html.hbs`).
    pub(super) const DARK_CARD: Self = Self(0x1b, 0x1e, 0x26);

    /// Reads `#rgb`, `#rrggbb`, `rgb(r, g, b)` or a common name; nothing for what is see-through or
    /// written otherwise.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            let digits: Vec<u8> =
                digits.chars().map(|c| c.to_digit(16).and_then(|d| d.try_into().ok())).collect::<Option<_>>()?;
            let pair = |high: u8, low: u8| high.saturating_mul(16).saturating_add(low);
            return match *digits.as_slice() {
                [r, g, b] => Some(Self(pair(r, r), pair(g, g), pair(b, b))),
                [r1, r2, g1, g2, b1, b2] => Some(Self(pair(r1, r2), pair(g1, g2), pair(b1, b2))),
                _ => None,
            };
        }
        if let Some(inside) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let parts: Vec<u8> = inside.split([',', ' ']).filter_map(|part| part.trim().parse().ok()).collect();
            return match *parts.as_slice() {
                [r, g, b] => Some(Self(r, g, b)),
                _ => None,
            };
        }
        NAMED.iter().find(|(name, _)| *name == text).map(|(_, colour)| *colour)
    }

    /// From 1 (the same) to 21 (black on white).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// White or black, whichever is read better on this colour; white where both are read well.
    pub(super) fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= TEXT { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, made lighter or darker until it stands out from a ground.
    pub(super) fn standing_out(self, ground: Self, least: f64) -> Self {
        let end = ground.ink();
        let steps = (0..=50).map(|step| self.mixed(end, step));
        steps.into_iter().find(|colour| colour.contrast(ground) >= least).unwrap_or(end)
    }

    /// So many fiftieths of another in it.
    fn mixed(self, other: Self, fiftieths: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let (own, others) = (50_u16.saturating_sub(fiftieths), fiftieths);
            let sum = u16::from(from).saturating_mul(own).saturating_add(u16::from(to).saturating_mul(others));
            u8::try_from(sum.div_euclid(50)).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_are_read_and_measured_as_the_standard_has_it() {
        let of = |text: &str| Colour::parse(text).map(|colour| colour.to_string());
        assert_eq!(of("#1A73e8").as_deref(), Some("#1a73e8"));
        assert_eq!(of("#fff").as_deref(), Some("#ffffff"));
        assert_eq!(of(" rgb(1, 2 ,3)").as_deref(), Some("#010203"));
        assert_eq!(of("White").as_deref(), Some("#ffffff"));
        for not in ["#12345", "#gggggg", "rgb(1,2)", "rgba(0,0,0,.5)", "transparent", ""] {
            assert_eq!(of(not), None, "{not}");
        }
        let contrast = |a: &str, b: &str| Colour::parse(a).unwrap().contrast(Colour::parse(b).unwrap());
        // From the examples of WebAIM's checker.
        assert!((contrast("#000", "#fff") - 21.0).abs() < 0.001);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
        assert!((contrast("#0000ff", "#ffffff") - 8.59).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn whatever_the_colour_it_is_made_legible(r: u8, g: u8, b: u8, dark: bool) {
            let colour = Colour(r, g, b);
            prop_assert!(colour.contrast(colour.ink()) >= TEXT);
            let ground = if dark { Colour::DARK_CARD } else { Colour::WHITE };
            prop_assert!(colour.standing_out(ground, TEXT).contrast(ground) >= TEXT);
            prop_assert_eq!(Colour::parse(&colour.to_string()), Some(colour));
        }
    }
}
