//! Sockets that a service manager holds and hands over at each start (`sd_listen_fds(3)`): they stay
//! open while postrider restarts, so that connections wait instead of being refused. Each is called
//! by the listener that it is for.

use super::environment;
use listenfd::ListenFd;
use std::collections::BTreeMap;
use std::net::TcpListener;

/// The listeners that a socket can be for.
const NAMES: [&str; 3] = ["public", "admin", "inbound"];
const CURE: &str = "in the .socket unit of each, say FileDescriptorName=public, admin or inbound";

/// Sockets by the name of their listener.
#[derive(Debug, Default)]
pub struct HandedOver(BTreeMap<String, Vec<TcpListener>>);

impl HandedOver {
    /// Takes what the environment tells of, and forgets those variables, so that no child process
    /// takes it too. To be called once, before other threads read the environment.
    pub fn take() -> Result<Self, String> {
        let names = environment().find(|(name, _)| name == "LISTEN_FDNAMES").map(|(_, names)| names);
        let mut passed = ListenFd::from_env();
        let names: Vec<String> = names.iter().flat_map(|names| names.split(':')).map(str::to_owned).collect();
        let mut sockets: BTreeMap<String, Vec<TcpListener>> = BTreeMap::new();
        for number in 0..passed.len() {
            let name = known(names.get(number).map(String::as_str))?;
            let socket = passed.take_tcp_listener(number).map_err(|error| format!("the socket {name}: {error}"))?;
            sockets.entry(name.to_owned()).or_default().extend(socket);
        }
        Ok(Self(sockets))
    }

    /// The sockets of a listener, once.
    pub fn of(&mut self, name: &str) -> Vec<TcpListener> {
        self.0.remove(name).unwrap_or_default()
    }
}

fn known(name: Option<&str>) -> Result<&str, String> {
    match name {
        Some(name) if NAMES.contains(&name) => Ok(name),
        Some(name) => Err(format!("a socket called {name:?} was handed over, which is for no listener; {CURE}")),
        None => Err(format!("a socket without a name was handed over; {CURE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_called_by_its_listener() {
        assert_eq!(known(Some("inbound")), Ok("inbound"));
        for name in [None, Some(""), Some("postrider.socket"), Some("Public")] {
            assert!(known(name).is_err_and(|why| why.contains("FileDescriptorName=")), "{name:?}");
        }
    }
}
