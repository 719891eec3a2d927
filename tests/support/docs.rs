//! Tables in the documentation that tests print: a test holds what it knows against the file, and
//! writes it there when `POSTRIDER_WRITE_DOCS` is set.

use std::path::Path;

/// Compares `content` with what stands in `file` between `<!-- name -->` and `<!-- end of name -->`.
pub(crate) fn assert_section(file: &str, name: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{file} has no {begin}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{file} has no {end}"));
    if std::env::var_os("POSTRIDER_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{content}{end}{after}")).unwrap();
        return;
    }
    assert!(
        found == content,
        "{file}, section «{name}», is not what the test prints; run the test with POSTRIDER_WRITE_DOCS=1:\n{content}"
    );
}
