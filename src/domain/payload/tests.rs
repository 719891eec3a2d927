//! Every wire shape, and what is none.

use super::*;
use proptest::prelude::*;

fn parse(json: &str) -> CourierPayload {
    CourierPayload::parse(json.as_bytes()).unwrap()
}

#[test]
fn the_whole_ctx_is_understood() {
    let payload = parse(
        r#"{"recipient":"u@example.org","message_type":"email","template_type":"recovery_code_valid","subject":"s",
        "body":"b","html_body":"<b>","template_data":{"to":"u@example.org","recovery_code":"012345",
        "expires_in_minutes":15},"request_headers":{"Accept-Language":["fr-CH, fr;q=0.9"]}}"#,
    );
    assert_eq!(payload.code(), Some("012345"));
    assert_eq!(payload.expires_in_minutes(), Some(15));
    assert_eq!(payload.request_header("accept-language"), Some("fr-CH, fr;q=0.9"));
    assert_eq!((payload.channel, payload.lane()), (Channel::Email, Lane::Codes));
}

#[test]
fn go_names_of_v1_0_are_understood() {
    let payload = parse(
        r#"{"Recipient":"u@example.org","TemplateType":"verification_code_valid","Subject":"s","Body":"b",
        "TemplateData":{"To":"u@example.org","VerificationURL":"https://x/?code=1","VerificationCode":"000001"}}"#,
    );
    assert_eq!((payload.code(), payload.link()), (Some("000001"), Some("https://x/?code=1")));
    assert_eq!(payload.channel, Channel::Email);
}

#[test]
fn the_bare_sms_of_v1_0_is_an_otp() {
    let payload = parse(r#"{"from":"+1555","to":"+12025550123","body":"Your code is 123456"}"#);
    assert_eq!((payload.channel, payload.template_type.as_str()), (Channel::Sms, "otp"));
    assert_eq!(payload.recipient.expose(), "+12025550123");
}

#[test]
fn the_default_body_is_understood() {
    let payload = parse(
        r#"{"recipient":"u@example.org","template_type":"recovery_code_valid","to":"u@example.org",
        "recovery_code":"012345","recovery_url":null,"verification_url":null,"subject":"s","body":"b"}"#,
    );
    assert_eq!((payload.code(), payload.link()), (Some("012345"), None));
}

#[test]
fn an_sms_recovery_keeps_its_code_in_verification_code() {
    let payload = parse(
        r#"{"recipient":"+12025550123","message_type":"sms","template_type":"recovery_code_valid",
        "template_data":{"verification_code":"700001"}}"#,
    );
    assert_eq!((payload.code(), payload.channel), (Some("700001"), Channel::Sms));
}

#[test]
fn the_signed_envelope_is_opened() {
    let inner = r#"{"recipient":"u@example.org","template_type":"stub"}"#;
    let payload = parse(&serde_json::json!({"payload": inner, "mac": "00"}).to_string());
    assert_eq!(payload.recipient.expose(), "u@example.org");
}

#[test]
fn odd_values_do_not_lose_a_mail() {
    let payload = parse(
        r#"{"recipient":"u@example.org","template_type":7,"subject":null,"body":12.5,"template_data":[1],
        "request_headers":null,"extra":{"deep":[1,2]}}"#,
    );
    assert_eq!((payload.template_type.as_str(), payload.body.expose().as_str()), ("7", "12.5"));
    assert!(payload.data().is_empty());
}

#[test]
fn a_bottomless_transient_payload_is_dropped_and_the_rest_kept() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let payload = parse(&format!(
        r#"{{"recipient":"u@example.org","template_type":"login_code_valid",
        "template_data":{{"login_code":"012345","transient_payload":{deep}}}}}"#
    ));
    assert_eq!(payload.code(), Some("012345"));
    assert_eq!(payload.data().get("transient_payload"), Some(&Value::Null));
}

#[test]
fn what_cannot_be_understood_is_refused_with_the_reason() {
    let deep = "[".repeat(10_000);
    for (body, why) in [
        (&b""[..], PayloadError::Empty),
        (b" \n", PayloadError::Empty),
        (b"\xff\xfe{}", PayloadError::Encoding),
        (b"recipient=u%40example.org", PayloadError::NotAnObject),
        (b"[]", PayloadError::NotAnObject),
        (b"\"text\"", PayloadError::NotAnObject),
        (b"{\"recipient\":", PayloadError::NotAnObject),
        (deep.as_bytes(), PayloadError::NotAnObject),
        (b"{}", PayloadError::NoRecipient),
        (b"{\"recipient\":\" \"}", PayloadError::NoRecipient),
        (b"{\"recipient\":null,\"template_type\":\"stub\"}", PayloadError::NoRecipient),
    ] {
        assert_eq!(CourierPayload::parse(body).err(), Some(why));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(
        keys in prop::collection::vec(prop::sample::select(vec![
            "recipient", "Recipient", "to", "from", "body", "template_type", "TemplateType", "template_data",
            "message_type", "subject", "html_body", "request_headers", "recovery_code", "id",
        ]), 0..14),
        values in prop::collection::vec(prop::sample::select(vec![
            "null", "1", "1e999", "-0.5", "true", "\"\"", "\"u@example.org\"", "\"+12025550123\"", "[]", "{}",
            "[[1,{}]]", "{\"To\":\"x\",\"expires_in_minutes\":1e300}", "{\"a_code\":\"\\u0000\"}", "\"\\ud83d\\ude00\"",
        ]), 14),
    ) {
        let members: Vec<String> = keys.iter().zip(&values).map(|(k, v)| format!("\"{k}\":{v}")).collect();
        check(format!("{{{}}}", members.join(",")).as_bytes());
    }
}

fn check(bytes: &[u8]) {
    if let Ok(payload) = CourierPayload::parse(bytes) {
        assert!(!payload.recipient.expose().trim().is_empty());
        assert!(!payload.template_type.as_str().is_empty());
        let _lane = (payload.lane(), payload.code(), payload.link(), payload.expires_in_minutes());
    }
}
