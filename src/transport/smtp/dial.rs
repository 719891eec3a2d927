//! Name look-up and TCP. A host may have several addresses; one that failed lately is tried last.

use super::outcome::Fault;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

/// How long an address that failed is tried last.
const SHUNNED: Duration = Duration::from_mins(5);
/// How many addresses of one host are tried.
const MOST: usize = 4;

/// Which addresses failed, and when. Shared by all connections to a provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses(Arc<Mutex<Vec<(SocketAddr, Instant)>>>);

impl Addresses {
    /// The addresses of a host, those that failed lately last.
    pub(super) async fn resolve(&self, host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, Fault> {
        let addresses: Vec<SocketAddr> = match timeout(limit, lookup_host((host, port))).await {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => return Err(Fault::Setup(format!("{host} was not found: {error}"))),
            Err(_elapsed) => {
                return Err(Fault::Setup(format!("no name server told the address of {host} within {limit:?}")));
            }
        };
        if addresses.is_empty() {
            return Err(Fault::Setup(format!("{host} has no address")));
        }
        Ok(self.sorted(addresses))
    }

    pub(super) fn sorted(&self, mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|(_address, since)| since.elapsed() < SHUNNED);
        addresses.sort_by_key(|address| failed.iter().any(|(bad, _since)| bad == address));
        addresses.truncate(MOST);
        addresses
    }

    /// Nothing good came from this address.
    pub(super) fn failed(&self, address: SocketAddr) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|(bad, _since)| *bad != address);
        failed.push((address, Instant::now()));
    }

    /// A session was opened there.
    pub(super) fn worked(&self, address: SocketAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(bad, _since)| *bad != address);
    }
}

/// Connects to one address.
pub(super) async fn connect(address: SocketAddr, limit: Duration) -> Result<TcpStream, Fault> {
    let why = match timeout(limit, dial(address)).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(kind)) => kind.to_string(),
        Err(_elapsed) => format!("no answer within {limit:?}"),
    };
    Err(Fault::Setup(format!("cannot connect to {address}: {why}")))
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

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn small_writes_leave_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = connect(listener.local_addr().unwrap(), SOON).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_closed_port_and_an_unknown_name_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let refused = connect(address, SOON).await.unwrap_err().to_string();
        assert_eq!(refused, format!("cannot connect to {address}: connection refused"));
        let unknown = Addresses::default().resolve("no-such-host.invalid", 25, SOON).await.unwrap_err().to_string();
        assert!(unknown.contains("no-such-host.invalid"), "{unknown}");
    }

    #[test]
    fn what_failed_is_tried_last_until_it_works_or_is_forgotten() {
        let addresses = Addresses::default();
        let [a, b, c] = [1, 2, 3].map(|last| SocketAddr::from(([127, 0, 0, last], 25)));
        addresses.failed(a);
        addresses.failed(b);
        assert_eq!(addresses.sorted(vec![a, b, c]), [c, a, b]);
        addresses.worked(a);
        assert_eq!(addresses.sorted(vec![a, b, c]), [a, c, b]);
        assert_eq!(addresses.sorted((0..9).map(|n| SocketAddr::from(([127, 0, 1, n], 25))).collect()).len(), MOST);
    }
}
