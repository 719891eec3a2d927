//! The limit that kratos.yml cannot have: how large a request Kratos takes in.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check = Check { name: "request_size", good: "", run: Run::KratosYml(run) };

/// Kratos has no key for it, so this is said to everybody.
fn run(_lint: &Lint<'_>) -> Vec<Finding> {
    let means = "Kratos limits no request: anybody can send a transient_payload of 62 KiB, after which it posts empty \
                 bodies, at times for other people's mails (postrider refuses those, so Kratos tries again)";
    let change = "limit bodies to 16 KiB before Kratos's public port, in nginx: client_max_body_size 16k";
    vec![Finding::note("requests to Kratos", means).change(change)]
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn everybody_is_told() {
        assert_eq!(said(run, "{}"), ["note requests to Kratos"]);
    }
}
