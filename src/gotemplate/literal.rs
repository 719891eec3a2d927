//! Go's literals: strings in quotes, raw strings, characters and numbers.

/// Reads what stands between the quotes of a Go string or character.
pub(super) fn unquote(inner: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escape = chars.next().ok_or("a backslash at the end of a string")?;
        let plain = match escape {
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' => Some(escape),
            _ => None,
        };
        if let Some(c) = plain {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let (digits, radix, first) = match escape {
            'x' => (2, 16, None),
            'u' => (4, 16, None),
            'U' => (8, 16, None),
            '0'..='7' => (2, 8, escape.to_digit(8)),
            _ => return Err("there is no such escape in a Go string"),
        };
        let mut number = first.unwrap_or_default();
        for _ in 0..digits {
            let digit = chars.next().and_then(|c| c.to_digit(radix)).ok_or("an escape in a string is too short")?;
            number = number.checked_mul(radix).and_then(|n| n.checked_add(digit)).ok_or("an escape is too large")?;
        }
        if matches!(escape, 'u' | 'U') {
            let c = char::from_u32(number).ok_or("an escape in a string is no character")?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            bytes.push(u8::try_from(number).map_err(|_large| "an escape in a string is no byte")?);
        }
    }
    String::from_utf8(bytes).map_err(|_bytes| "a string that is not UTF-8")
}

/// Writes a string as Go does.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => {
                let escape = format!("\\u{:04x}", u32::from(c));
                quoted.push_str(&escape);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The value of a number as it stands in a template; a character is its code point.
pub(super) fn number(raw: &str) -> Option<serde_json::Number> {
    if let Some(inner) = raw.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let text = unquote(inner).ok()?;
        let mut chars = text.chars();
        let (first, more) = (chars.next()?, chars.next());
        return more.is_none().then(|| u32::from(first).into());
    }
    let plain = raw.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    if lower.starts_with(['+', '-']) {
        return None;
    }
    let whole = if let Some(hex) = lower.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()
    } else if let Some(binary) = lower.strip_prefix("0b") {
        i64::from_str_radix(binary, 2).ok()
    } else if let Some(octal) = lower.strip_prefix("0o") {
        i64::from_str_radix(octal, 8).ok()
    } else if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|b| b.is_ascii_digit()) {
        i64::from_str_radix(&lower, 8).ok()
    } else {
        lower.parse().ok()
    };
    if let Some(whole) = whole {
        return Some(whole.checked_mul(sign)?.into());
    }
    if lower.starts_with("0x") || !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    serde_json::Number::from_f64(plain.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_are_read_as_go_reads_them() {
        assert_eq!(unquote(r#"a\n\"\\\x41\u00e4\101\U0001F600"#).unwrap(), "a\n\"\\Aä\u{41}😀");
        assert_eq!(unquote(r"\xc3\xa4").unwrap(), "ä");
        for bad in [r"\", r"\q", r"\x4", r"\ud800", r"\400", r"\xff"] {
            assert!(unquote(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let read = |raw: &str| number(raw).map(|number| number.to_string());
        for (raw, value) in [
            ("5", "5"),
            ("-0x1F", "-31"),
            ("010", "8"),
            ("1_000", "1000"),
            ("'a'", "97"),
            ("2.5", "2.5"),
            ("1e3", "1000.0"),
        ] {
            assert_eq!(read(raw).as_deref(), Some(value), "{raw}");
        }
        for bad in ["", "x", "1i", "'ab'", "0x1p2", "nan", "--1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_string_is_read_back(text in any::<String>()) {
            let quoted = quote(&text);
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
            prop_assert_eq!(unquote(inner).unwrap(), text);
        }

        #[test]
        fn no_literal_is_too_odd(text in any::<String>()) {
            let _read = (unquote(&text).is_ok(), number(&text).is_some());
        }
    }
}
