//! Everything that postrider logs, at its finest, of all tests of this binary.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// Begins to record; libraries as loud as in production.
pub(crate) fn start() {
    START.call_once(|| {
        let filter = EnvFilter::new("warn,postrider=trace");
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Tape);
        subscriber.try_init().expect("nobody else records");
    });
}

/// The log so far.
pub(crate) fn so_far() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// The lines that hold all these words.
pub(crate) fn lines(words: &[&str]) -> Vec<String> {
    let all = so_far();
    all.lines().filter(|line| words.iter().all(|word| line.contains(word))).map(str::to_owned).collect()
}

/// The name of a template at whose mail being told as sent the log breaks, once.
pub(crate) const BREAKS: &str = "breaks_the_log";
static BROKE: AtomicBool = AtomicBool::new(false);

struct Tape;

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let breaks = line.contains(BREAKS) && line.contains("mail sent");
        assert!(!breaks || BROKE.swap(true, Ordering::Relaxed), "the log breaks");
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
