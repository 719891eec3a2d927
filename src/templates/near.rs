//! The nearest known name, for those who mistyped one.

/// The name with the fewest edits, if there are at most `most`.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    let close = names.map(|name| (distance(wanted, name), name)).filter(|(edits, _)| *edits <= most);
    close.min().map(|(_, name)| name)
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (y, above) in b.bytes().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(x != y));
            left = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!((distance("kitten", "sitting"), distance("", "ab"), distance("ab", "ab")), (3, 2, 0));
        assert_eq!(nearest("button", ["bottom", "buton"].into_iter(), 2), Some("buton"));
        assert_eq!(nearest("button", ["heading"].into_iter(), 2), None);
    }
}
