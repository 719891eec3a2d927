//! What is posted: every e-mail body that was recorded from Kratos v26.2.0 with the whole ctx, as
//! request bytes built once; only the digits of its recipient are written anew for each post.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kratos/courier/v26.2.0");
/// The credential of the measured servers.
pub(crate) const BEARER: &str = "Bearer a-key-for-the-benchmark";
const DIGITS: usize = 10;

/// All of them; clones share the count, so no two posts are ever equal.
#[derive(Clone)]
pub(crate) struct Posts {
    templates: Arc<Vec<Template>>,
    next: Arc<AtomicU64>,
}

struct Template {
    request: Vec<u8>,
    /// Where the digits of the recipient stand.
    holes: Vec<usize>,
}

impl Posts {
    /// `address` is the recipient, `#` in it the digits.
    pub(crate) fn recorded(address: &str) -> Self {
        let mut files: Vec<_> = fs::read_dir(RECORDED).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("email.")));
        let templates: Vec<_> = files.iter().map(|path| template(path, address)).collect();
        assert!(templates.len() > 20, "the recorded bodies were not found in {RECORDED}");
        Self { templates: Arc::new(templates), next: Arc::new(AtomicU64::new(1)) }
    }

    /// Writes the next request into `request`. Returns the number in its recipient.
    pub(crate) fn next(&self, request: &mut Vec<u8>) -> u64 {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let mut number = count;
        let template = &self.templates[number as usize % self.templates.len()];
        request.clear();
        request.extend_from_slice(&template.request);
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
        for hole in &template.holes {
            request[*hole..*hole + DIGITS].copy_from_slice(&digits);
        }
        count
    }

    pub(crate) fn count(&self) -> usize {
        self.templates.len()
    }

    /// The average size of a request.
    pub(crate) fn bytes(&self) -> usize {
        self.templates.iter().map(|template| template.request.len()).sum::<usize>() / self.templates.len()
    }
}

fn template(path: &Path, address: &str) -> Template {
    let body = fs::read_to_string(path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&body).unwrap();
    // Some were recorded with a minute: no mail may expire while a benchmark looks elsewhere.
    let expires = json.pointer_mut("/template_data/expires_in_minutes");
    let body = match expires {
        Some(minutes) => {
            *minutes = 60.into();
            json.to_string()
        }
        None => body,
    };
    let recipient = json["recipient"].as_str().unwrap();
    let mark = address.replace('#', &"#".repeat(DIGITS));
    let body = body.replace(recipient, &mark);
    let request = format!(
        "POST /courier HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: {}\r\n\
         Authorization: {BEARER}\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n{body}",
        body.len()
    );
    let digits = address.find('#').unwrap();
    let holes: Vec<_> = request.match_indices(&mark).map(|(at, _)| at + digits).collect();
    assert!(!holes.is_empty(), "{}: its recipient is not in it", path.display());
    Template { request: request.into_bytes(), holes }
}
