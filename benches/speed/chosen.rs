//! Which parts of a benchmark its command line asks for.

/// All of them, unless some are named.
pub(crate) struct Chosen(Vec<String>);

impl Chosen {
    /// None where nothing is to be measured: `cargo test --benches` runs a benchmark too, and wants to
    /// know only that it compiles.
    pub(crate) fn by(arguments: &[String], benchmark: &str) -> Option<Self> {
        if !arguments.iter().any(|argument| argument == "--bench") {
            println!("{benchmark}: skipped, it runs by `cargo bench --bench {benchmark}`");
            return None;
        }
        Some(Self(arguments.iter().filter(|argument| !argument.starts_with('-')).cloned().collect()))
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == part)
    }
}
