//! The built-in set as a whole: no mail is empty, both ways to render agree, every text has its use.

use super::*;

#[test]
fn no_mail_is_empty() {
    let templates = load(|options| options.render_default_kratos = true);
    let of = |json: &str| templates.render("default", &CourierPayload::parse(json.as_bytes()).unwrap()).rendered;
    let html_only = of(r#"{"recipient":"u@example.org","template_type":"x","subject":"Hello","html_body":"<p>x"}"#);
    assert!(html_only.text.starts_with("Hello\n\n") && html_only.html.is_some());
    let nothing = of(
        r#"{"recipient":"u@example.org","template_type":"recovery_code_valid","template_data":{"recovery_code":"012345"}}"#,
    );
    assert!(!nothing.subject.is_empty() && nothing.text.lines().any(|line| line == "012345"));
}

#[test]
fn rendering_fast_and_rendering_as_handlebars_does_give_the_same() {
    let ours = files::built_in();
    let (mut plain, _) = Set::build(&ours, &files::Files::new(), "en");
    let templates = branded();
    assert!(plain.engine.forget_flat() > 70, "all of ours are flat");
    for (name, channel, tags) in plain.all() {
        for (variant, json) in templates.samples(name) {
            let mut payload = CourierPayload::parse(json.as_bytes()).unwrap();
            payload.channel = channel;
            let locale = tags.first().unwrap().to_string();
            let context = context::build(&payload, &templates.options, &templates.looks.general, &locale, true);
            let slow = check::draw(&plain.engine, &payload, &locale, context.clone()).unwrap();
            let fast = check::draw(&templates.built_in.engine, &payload, &locale, context).unwrap();
            assert_eq!(slow, fast, "{name} {variant}");
        }
    }
}

#[test]
fn every_name_is_known_every_text_is_there_and_none_is_left_over() {
    let templates = load(|_| ());
    let problems: Vec<_> = names::check(&templates.built_in).iter().map(ToString::to_string).collect();
    assert_eq!(problems, Vec::<String>::new());
}
