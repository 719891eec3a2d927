//! `courier.channels`: text messages. Kratos fills in no defaults inside of lists.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check = Check {
    name: "channels",
    good: "courier.channels says all that Kratos would not fill in",
    run: Run::KratosYml(run),
};

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for index in 0..lint.items("courier.channels") {
        let of = |name: &str| format!("courier.channels[{index}].{name}");
        if lint.text(&of("id")).is_some_and(|id| id != "sms") {
            let means = "Kratos knows the channel sms only; mail is courier.delivery_strategy and courier.http";
            findings.push(Finding::bad(of("id"), means).change("id: sms"));
        }
        for (name, value, means) in [
            ("type", "http", "without it each message ends abandoned (\"unknown courier channel type\")"),
            ("request_config.method", "POST", "without it Kratos sends a GET, and loses the message"),
            ("request_config.body", "base64://ZnVuY3Rpb24oY3R4KSBjdHg=", "without it each message ends abandoned"),
        ] {
            let found = lint.text(&of(name));
            let last = name.rsplit('.').next().unwrap_or(name);
            // Any body may be meant; type and method have one value that works.
            if found.is_none() || last != "body" && found.as_deref() != Some(value) {
                findings.push(Finding::bad(of(name), means).change(format!("{last}: {value}")));
            }
        }
        if !lint.has(&of("request_config.auth")) && !lint.has(&of("request_config.headers")) {
            let means = "Kratos shows no credential on this channel, so postrider answers 401";
            findings
                .push(Finding::bad(of("request_config.auth"), means).change("auth as in courier.http.request_config"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn what_kratos_fills_in_for_mail_must_be_written_for_text_messages() {
        let whole = "
courier:
  channels:
    - id: sms
      type: http
      request_config: {url: 'http://h/courier', method: POST, body: 'base64://ZnVuY3Rpb24oY3R4KSBjdHg=', auth: {type: api_key}}";
        assert!(said(run, whole).is_empty() && said(run, "{}").is_empty());
        let bare = "courier: {channels: [{id: email, request_config: {url: 'http://h/courier'}}]}";
        let expected = ["id", "type", "request_config.method", "request_config.body", "request_config.auth"];
        assert_eq!(said(run, bare), expected.map(|name| format!("bad courier.channels[0].{name}")));
        let odd = whole.replace("POST", "PUT").replace("type: http", "type: smtp");
        assert_eq!(said(run, &odd), ["bad courier.channels[0].type", "bad courier.channels[0].request_config.method"]);
    }
}
