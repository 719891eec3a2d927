//! Name look-up and TCP.

use super::outcome::Fault;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

/// Connects to the first address that answers, all within `limit`.
pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, Fault> {
    let end = Instant::now() + limit;
    let addresses: Vec<SocketAddr> = match timeout_at(end, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(Fault::Setup(format!("{host} was not found: {error}"))),
        Err(_elapsed) => {
            return Err(Fault::Setup(format!("no name server told the address of {host} within {limit:?}")));
        }
    };
    let mut last = "it has no address".to_owned();
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        // A fair share for each, so that one dead address leaves time for the others.
        let share = end.saturating_duration_since(Instant::now()) / left.max(1);
        left -= 1;
        match timeout(share, dial(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(kind)) => last = format!("{address}: {kind}"),
            Err(_elapsed) => last = format!("{address}: no answer within {share:?}"),
        }
    }
    Err(Fault::Setup(format!("cannot connect to {host}:{port} ({last})")))
}

async fn dial(address: SocketAddr) -> Result<TcpStream, ErrorKind> {
    let stream = TcpStream::connect(address).await.map_err(|error| error.kind())?;
    // Without it each mail waits 44 ms: the end of a body lies in Nagle's buffer until the server's
    // delayed ACK.
    stream.set_nodelay(true).map_err(|error| error.kind())?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn small_writes_leave_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = connect("127.0.0.1", port, Duration::from_secs(5)).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_closed_port_and_an_unknown_name_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let refused = connect("127.0.0.1", port, Duration::from_secs(5)).await.unwrap_err().to_string();
        assert_eq!(refused, format!("cannot connect to 127.0.0.1:{port} (127.0.0.1:{port}: connection refused)"));
        let unknown = connect("no-such-host.invalid", 25, Duration::from_secs(5)).await.unwrap_err().to_string();
        assert!(unknown.contains("no-such-host.invalid"), "{unknown}");
    }
}
