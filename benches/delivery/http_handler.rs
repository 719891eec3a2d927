//! An HTTP server that reads a post and answers 200, and nothing else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Runs on a thread of its own to the end of the program.
pub(crate) struct Handler {
    pub(crate) address: SocketAddr,
    answered: Arc<AtomicU32>,
}

impl Handler {
    pub(crate) fn start() -> Self {
        let answered = Arc::new(AtomicU32::new(0));
        let (told, address) = std::sync::mpsc::channel();
        let count = Arc::clone(&answered);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&count)));
                }
            });
        });
        Self { address: address.recv().unwrap(), answered }
    }

    pub(crate) fn answered(&self) -> u32 {
        self.answered.load(Ordering::Relaxed)
    }
}

async fn serve(mut stream: TcpStream, answered: Arc<AtomicU32>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = Vec::with_capacity(65_536);
    while stream.read_buf(&mut input).await? > 0 {
        while let Some(length) = request(&input) {
            input.drain(..length);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await?;
            answered.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// The length of the first request, if all of it has come.
fn request(input: &[u8]) -> Option<usize> {
    let head = input.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&input[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let whole = head + length.unwrap_or_default();
    (input.len() >= whole).then_some(whole)
}
