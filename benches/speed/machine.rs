//! What Linux says of a process and of the machine.

use std::fs;
use std::time::Instant;

/// A process by its id.
#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Resident memory now and at most, in MiB.
    pub(crate) fn memory(self) -> (f64, f64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
            kib.unwrap_or_default() / 1024.0
        };
        (field("VmRSS:"), field("VmHWM:"))
    }

    /// Processor time used so far, in clock ticks.
    fn ticks(self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        // The name of the process stands in parentheses and may hold blanks.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
    }
}

/// Processor time between two moments.
pub(crate) struct Watch {
    server: Process,
    at: Instant,
    server_ticks: f64,
    own_ticks: f64,
    busy_ticks: f64,
}

/// What a [`Watch`] saw, in cores.
#[derive(Clone, Copy)]
pub(crate) struct Cores {
    pub(crate) server: f64,
    pub(crate) client: f64,
    /// Everything else on this machine: a measurement beside much of it is worth little.
    pub(crate) others: f64,
}

impl Watch {
    pub(crate) fn start(server: Process) -> Self {
        let own_ticks = Process(std::process::id()).ticks();
        Self { server, at: Instant::now(), server_ticks: server.ticks(), own_ticks, busy_ticks: busy() }
    }

    pub(crate) fn stop(&self) -> Cores {
        let ticks = self.at.elapsed().as_secs_f64() * TICKS;
        let server = (self.server.ticks() - self.server_ticks) / ticks;
        let client = (Process(std::process::id()).ticks() - self.own_ticks) / ticks;
        let others = ((busy() - self.busy_ticks) / ticks - server - client).max(0.0);
        Cores { server, client, others }
    }
}

/// `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Ticks that all processors were busy: user, nice, system, irq, softirq, steal.
fn busy() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let numbers: Vec<f64> =
        stat.lines().next().unwrap_or_default().split_whitespace().filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6, 7].iter().filter_map(|index| numbers.get(*index)).sum()
}

/// Processors and memory, in general words.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    format!(
        "{cores} cores, {:.0} GiB, {} {}",
        kib.unwrap_or_default() / 1_048_576.0,
        std::env::consts::OS,
        file_system()
    )
}

/// The type of the file system that `target/` lies on.
fn file_system() -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let here = env!("CARGO_TARGET_TMPDIR");
    let fields = mounts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = fields.filter(|fields| fields.len() > 2 && here.starts_with(fields[1]));
    ours.max_by_key(|fields| fields[1].len()).map_or_else(String::new, |fields| fields[2].to_owned())
}
