//! A client as lean as can be, since it shares the cores with the server: one keep-alive
//! connection, one request at a time, and of the answer only what must be known.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    input: Vec<u8>,
}

impl Client {
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, input: Vec::new() }
    }

    /// Sends a request and reads the head of its answer, which must have no body unless the
    /// connection is closed after it. Returns the status. A server that closes gets a new
    /// connection for the next request, as from Kratos.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> std::io::Result<u16> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.stream.insert(stream)
        };
        stream.write_all(request).await?;
        self.input.clear();
        while !self.input.windows(4).any(|window| window == b"\r\n\r\n") {
            if stream.read_buf(&mut self.input).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let closes = b"connection: close";
        if self.input.windows(closes.len()).any(|window| window.eq_ignore_ascii_case(closes)) {
            self.stream = None;
        }
        let status = self.input.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        status.ok_or_else(|| std::io::ErrorKind::InvalidData.into())
    }
}
