//! Reads what `strace -f -y` wrote: which system calls began and ended in which order.

/// A point in the trace: the call's name, what is known of its arguments, and its result once it ended.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) arguments: String,
    /// None when the call begins here and ends further down.
    pub(crate) result: Option<String>,
}

/// The points of a trace. A call that others come in between of has two.
pub(crate) fn points(trace: &str) -> Vec<Point> {
    let mut begun: Vec<(String, String)> = Vec::new();
    let mut points = Vec::new();
    for line in trace.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some((call, tail)) = resumed.split_once(" resumed>") else { continue };
            let was = begun.iter().position(|(of, _)| of == pid).map(|at| begun.remove(at).1);
            let (arguments, result) = split_result(tail);
            let arguments = was.unwrap_or_default() + arguments;
            points.push(Point { call: call.to_owned(), arguments, result });
        } else if let Some((call, tail)) = rest.split_once('(') {
            let call = call.to_owned();
            if let Some(arguments) = tail.strip_suffix(" <unfinished ...>") {
                begun.push((pid.to_owned(), arguments.to_owned()));
                points.push(Point { call, arguments: arguments.to_owned(), result: None });
            } else {
                let (arguments, result) = split_result(tail);
                points.push(Point { call, arguments: arguments.to_owned(), result });
            }
        }
    }
    points
}

fn split_result(tail: &str) -> (&str, Option<String>) {
    match tail.rsplit_once(" = ") {
        Some((arguments, result)) => (arguments, Some(result.to_owned())),
        None => (tail, Some(String::new())),
    }
}

/// Why the answer to the post with this mark in its body was not durable, if it was not: between
/// the end of the body's read and the beginning of the 200 there must be a write to the WAL and then a
/// sync of it that succeeded. Another write may have begun since.
pub(crate) fn undurable(points: &[Point], mark: &str) -> Result<(), String> {
    let reads = ["read", "readv", "recvfrom", "recvmsg"];
    let writes = ["write", "writev", "sendto", "sendmsg"];
    let read = points
        .iter()
        .position(|p| reads.contains(&p.call.as_str()) && p.result.is_some() && p.arguments.contains(mark))
        .ok_or_else(|| format!("{mark}: its body was never read"))?;
    let answered = points[read..]
        .iter()
        .position(|p| writes.contains(&p.call.as_str()) && p.arguments.contains("HTTP/1.1 200"))
        .ok_or_else(|| format!("{mark}: no 200 was written"))?;
    let between = &points[read..read + answered];
    let on_wal = |p: &&Point| p.arguments.contains("-wal>");
    let written = between
        .iter()
        .position(|p| p.call.starts_with("pwrite") && on_wal(&p))
        .ok_or_else(|| format!("{mark}: nothing was written to the WAL before the 200"))?;
    let synced = between[written..]
        .iter()
        .any(|p| matches!(p.call.as_str(), "fsync" | "fdatasync") && on_wal(&p) && p.result.as_deref() == Some("0"));
    if synced { Ok(()) } else { Err(format!("{mark}: the WAL was not synced before the 200: {between:#?}")) }
}

const GOOD: &str = r#"
7  recvfrom(9<TCP:[1]>, "POST /courier HTTP/1.1\r\n\r\n{u1@example.org}", 16384, 0, NULL, NULL) = 60
8  pwrite64(5</var/lib/postrider/postrider.db-wal>, "\1\2"..., 24, 0) = 24
8  fdatasync(5</var/lib/postrider/postrider.db-wal> <unfinished ...>
7  recvfrom(9<TCP:[1]>, 0x7f, 16384, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)
8  <... fdatasync resumed>)                = 0
7  sendto(9<TCP:[1]>, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL, NULL, 0) = 17
"#;

#[test]
fn a_sync_before_the_200_is_durable() {
    assert_eq!(undurable(&points(GOOD), "u1@example.org"), Ok(()));
}

#[test]
fn a_sync_that_is_missing_failed_or_comes_too_late_is_not() {
    let line = |start: &str| GOOD.lines().find(|line| line.starts_with(start)).unwrap().to_owned() + "\n";
    let resumed = line("8  <...");
    let late = GOOD.replace(&resumed, "") + &resumed;
    let early = GOOD.replace(&line("8  pwrite"), "").replace(&resumed, &(resumed.clone() + &line("8  pwrite")));
    let failed = GOOD.replace("resumed>)                = 0", "resumed>)    = -1 EIO (Input/output error)");
    let elsewhere = GOOD
        .replace("fdatasync(5</var/lib/postrider/postrider.db-wal>", "fdatasync(4</var/lib/postrider/postrider.db>");
    for wrong in [late, early, failed, elsewhere, GOOD.replace("pwrite64", "pread64")] {
        let found = undurable(&points(&wrong), "u1@example.org");
        assert!(found.is_err_and(|why| why.contains("WAL")), "{wrong}");
    }
    assert!(undurable(&points(GOOD), "u2@example.org").is_err());
}
